package dev.minke.server.wire;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/// Cuts connections whose client does not send the rest of its request, or does not take what is
/// written to it.
public final class SlowClients implements Filter, Http1ConnectionListener {
  /// Whoever takes so much goes on.
  private static final int SLICE_BYTES = 16 << 10;

  private final Deadlines deadlines;
  private final Duration arrival;
  private final Duration taking;

  /// @param arrival time for the headers of a request, and again for its body
  /// @param taking time for a client to take what is written
  public SlowClients(Deadlines deadlines, Duration arrival, Duration taking) {
    this.deadlines = deadlines;
    this.arrival = arrival;
    this.taking = taking;
  }

  @Override
  public void prologue(ConnectionContext context, HttpPrologue prologue) {
    deadlines.begin(arrival);
  }

  @Override
  public void headers(ConnectionContext context, Headers headers) {
    deadlines.end();
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    request.streamFilter(Arriving::new);
    response.streamFilter(Taken::new);
    chain.proceed();
  }

  /// The body as a whole has to be there in time, however it trickles.
  private final class Arriving extends FilterInputStream {
    private final long endNanos = System.nanoTime() + arrival.toNanos();

    Arriving(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      begin();
      try {
        return super.read();
      } finally {
        deadlines.end();
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      begin();
      try {
        return super.read(bytes, offset, length);
      } finally {
        deadlines.end();
      }
    }

    /// Waits for the rest.
    @Override
    public void close() throws IOException {
      begin();
      try {
        super.close();
      } finally {
        deadlines.end();
      }
    }

    private void begin() {
      deadlines.begin(Duration.ofNanos(endNanos - System.nanoTime()));
    }
  }

  private final class Taken extends FilterOutputStream {
    Taken(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      for (int done = 0; done < length; done += SLICE_BYTES) {
        deadlines.begin(taking);
        try {
          out.write(bytes, offset + done, Math.min(SLICE_BYTES, length - done));
        } finally {
          deadlines.end();
        }
      }
    }

    @Override
    public void flush() throws IOException {
      deadlines.begin(taking);
      try {
        out.flush();
      } finally {
        deadlines.end();
      }
    }

    @Override
    public void close() throws IOException {
      deadlines.begin(taking);
      try {
        out.close();
      } finally {
        deadlines.end();
      }
    }
  }
}
