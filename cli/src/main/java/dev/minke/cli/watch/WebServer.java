package dev.minke.cli.watch;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Serves the live page to browsers on this machine, and to nobody else.
///
/// Bound to the loopback address. A page elsewhere that lets its own name point here (DNS
/// rebinding) is refused by the name it asks for. The page may load nothing but its script.
final class WebServer implements AutoCloseable {
  private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self';"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  private final WebPage page;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /// @param port 0 for any that is free
  /// @throws IllegalArgumentException if the port is taken
  WebServer(WebPage page, int port) throws IOException {
    this.page = page;
    // The server of the JDK waits for more to send unless it is told not to, before it is loaded.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (BindException e) {
      threads.close();
      throw new IllegalArgumentException(
          "--port %d: expected a free port, found it taken; choose another".formatted(port), e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /// What to type into a browser.
  String address() {
    return "http://localhost:%d/".formatted(server.getAddress().getPort());
  }

  private record Answer(int status, String type, String text) {}

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      send(exchange, answer(exchange));
    }
  }

  private Answer answer(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    String query = exchange.getRequestURI().getRawQuery();
    if (!isLocal(exchange.getRequestHeaders().getFirst("Host"))) {
      return plain(
          403, "Host: expected localhost, found another name; open this page by localhost");
    }
    if (!exchange.getRequestMethod().equals("GET")) {
      return plain(405, "method: expected GET, found " + exchange.getRequestMethod());
    }
    try {
      return switch (path) {
        case "/" -> new Answer(200, "text/html", WebPage.shell());
        case "/watch.js" -> new Answer(200, "text/javascript", WebPage.script());
        case "/view" -> new Answer(200, "text/html", page.view(query == null ? "" : query));
        default -> plain(404, path + ": no such page; there is /");
      };
    } catch (IllegalArgumentException e) {
      return plain(400, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return plain(500, "the run cannot be read: " + e.getMessage());
    }
  }

  private static Answer plain(int status, String text) {
    return new Answer(status, "text/plain", text);
  }

  private static boolean isLocal(@Nullable String host) {
    return host != null && NAMES.contains(host.replaceFirst(":\\d+$", ""));
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.text.getBytes(StandardCharsets.UTF_8);
    CRC32 sum = new CRC32();
    sum.update(body);
    String tag = "\"%08x\"".formatted(sum.getValue());
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", answer.type + "; charset=utf-8");
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cache-Control", "no-store");
    headers.set("ETag", tag);
    if (answer.status == 200
        && tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
