package dev.minke.server.wire;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import tools.jackson.databind.JsonNode;

/// JSON objects, one a line, each flushed when it is written. Belongs to one thread.
public final class LineStream implements AutoCloseable {
  private final OutputStream out;

  /// @param out closed with it
  public LineStream(OutputStream out) {
    this.out = out;
  }

  /// Answers 200 and begins.
  public static LineStream of(ServerResponse response) {
    response.header(HeaderNames.CONTENT_TYPE, "application/x-ndjson");
    response.header(HeaderNames.CACHE_CONTROL, "no-cache");
    response.header("X-Accel-Buffering", "no");
    return new LineStream(response.outputStream());
  }

  /// @throws IOException if nobody reads any more
  public void send(JsonNode line) throws IOException {
    out.write(Bodies.bytes(line));
    out.write('\n');
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
