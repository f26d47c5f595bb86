package dev.minke.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/// A client that says byte by byte what it likes.
final class RawClient implements AutoCloseable {
  private final Socket socket = new Socket();
  private final InputStream in;

  /// With so small a buffer that a server that writes soon has to wait.
  RawClient(MinkeServer server) throws IOException {
    this(server, 4 << 10);
  }

  RawClient(MinkeServer server, int bufferBytes) throws IOException {
    socket.setReceiveBufferSize(bufferBytes);
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
    socket.setSoTimeout((int) Duration.ofSeconds(20).toMillis());
    in = new BufferedInputStream(socket.getInputStream());
  }

  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /// Sends a request with a body.
  void post(String path, byte[] body) throws IOException {
    send(
        "POST %s HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, body.length));
    send(body);
  }

  void post(String path, String body) throws IOException {
    post(path, body.getBytes(StandardCharsets.UTF_8));
  }

  /// Reads until something comes that has this in it, or the end.
  String readTo(String end) throws IOException {
    byte[] wanted = end.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] last = new byte[wanted.length];
    for (int one = read(); one >= 0; one = read()) {
      all.write(one);
      System.arraycopy(last, 1, last, 0, last.length - 1);
      last[last.length - 1] = (byte) one;
      if (Arrays.equals(last, wanted)) {
        break;
      }
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  /// @return -1 where the server has closed, however
  private int read() throws IOException {
    try {
      return in.read();
    } catch (SocketException _) {
      return -1;
    }
  }

  /// Reads a fortieth at a time, with pauses.
  ///
  /// @return how long that took
  Duration read(int bytes, Duration pause) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    for (int i = 0; i < 40; i++) {
      in.skipNBytes(bytes / 40);
      Thread.sleep(pause);
    }
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /// Whether nothing comes in that time.
  boolean saysNothingFor(Duration time) throws IOException {
    int before = socket.getSoTimeout();
    socket.setSoTimeout((int) time.toMillis());
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException _) {
      return true;
    } finally {
      socket.setSoTimeout(before);
    }
  }

  /// Reads until the server closes.
  ///
  /// @return how long that took
  Duration readToEnd() throws IOException {
    long begin = System.nanoTime();
    try {
      long _ = in.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (SocketException _) {
      // Reset: closed as well.
    }
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
