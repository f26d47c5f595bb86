package dev.minke.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A hub on this machine with the model `org/model`, for commands in a process of their own. It can
/// be slow: then a download can be disturbed in its middle.
final class TinyHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private static final int SLOW_CHUNK = 64 << 10;

  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, Long> sent = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private volatile int pauseMillis;

  TinyHub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answer(exchange);
          }
        });
    server.start();
  }

  TinyHub with(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  /// Waits after each 64 kB.
  void slow(int millis) {
    pauseMillis = millis;
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /// Bytes of a file that were sent so far, all times together.
  long sent(String path) {
    return sent.getOrDefault(path, 0L);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/api/models/org/model/revision/main")) {
      send(exchange, "list", list().getBytes(StandardCharsets.UTF_8), 0);
      return;
    }
    String name = path.replaceFirst("^/org/model/resolve/" + COMMIT + "/", "");
    byte[] content = files.get(name);
    if (content == null) {
      exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    send(
        exchange, name, content, range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", "")));
  }

  private void send(HttpExchange exchange, String name, byte[] content, int from)
      throws IOException {
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range",
              "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
    for (int at = from; at < content.length; at += SLOW_CHUNK) {
      int bytes = Math.min(SLOW_CHUNK, content.length - at);
      exchange.getResponseBody().write(content, at, bytes);
      exchange.getResponseBody().flush();
      sent.merge(name, (long) bytes, Long::sum);
      pause();
    }
  }

  private void pause() throws IOException {
    try {
      Thread.sleep(pauseMillis);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private String list() {
    StringBuilder list = new StringBuilder("{\"sha\": \"%s\", \"siblings\": [".formatted(COMMIT));
    files.forEach((path, content) ->
        list.append(list.charAt(list.length() - 1) == '[' ? "" : ", ")
            .append(
                "{\"rfilename\": \"%s\", \"lfs\": {\"sha256\": \"%s\", \"size\": %d}}"
                    .formatted(path, sha256(content), content.length)));
    return list.append("]}").toString();
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
