package dev.minke.checkpoint.store;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A hub on this machine with one model, and a second server that has the bytes of its large files,
/// both as Hugging Face answers. Each file can be given answers of its own, used up one by one.
final class FakeHub implements AutoCloseable {
  static final String ID = "org/model";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /// An answer of one's own.
  @FunctionalInterface
  interface Answering {
    void answer(HttpExchange exchange, byte[] content) throws IOException;
  }

  /// What was asked.
  record Asked(String server, String method, String path, Headers headers) {
    @Nullable String header(String name) {
      return headers.getFirst(name);
    }
  }

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final List<String> large = new CopyOnWriteArrayList<>();
  private final Map<String, Queue<Answering>> answers = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer hub;
  private final HttpServer other;

  /// The list of files as text; null for that of the files.
  volatile @Nullable String list;

  /// Whether the list says sizes and hashes.
  volatile boolean describes = true;

  volatile String commit = COMMIT;

  FakeHub() throws IOException {
    hub = server("hub", this::hub);
    other = server("other", this::other);
  }

  private HttpServer server(String name, Answering answering) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().toString();
          asked.add(
              new Asked(name, exchange.getRequestMethod(), path, exchange.getRequestHeaders()));
          try (exchange) {
            answering.answer(exchange, new byte[0]);
          }
        });
    server.start();
    return server;
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
  }

  URI otherAddress() {
    return URI.create("http://127.0.0.1:" + other.getAddress().getPort());
  }

  /// A file that git itself keeps: the hub sends it.
  FakeHub small(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  /// A file that the second server sends.
  FakeHub large(String path, byte[] content) {
    large.add(path);
    return small(path, content);
  }

  /// The next answers for a file, by the server that has its bytes.
  FakeHub next(String path, Answering... some) {
    answers.computeIfAbsent(path, _ -> new ArrayDeque<>()).addAll(List.of(some));
    return this;
  }

  String hash(String path) {
    return large.contains(path) ? sha256(files.get(path)) : git(files.get(path));
  }

  List<Asked> downloads() {
    return asked.stream()
        .filter(one -> one.method().equals("GET") && !one.path().startsWith("/api"))
        .filter(one -> one.server().equals("other") || !large.contains(inner(one.path())))
        .toList();
  }

  private static String inner(String path) {
    return path.replaceFirst("^/org/model/resolve/[^/]+/", "").replaceFirst("^/bytes/", "");
  }

  private void hub(HttpExchange exchange, byte[] none) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.startsWith("/api/models/" + ID + "/revision/")) {
      if (!overridden("list", exchange, none)) {
        send(exchange, 200, list().getBytes(StandardCharsets.UTF_8));
      }
      return;
    }
    String name = inner(path);
    byte[] content = files.get(name);
    exchange.getResponseHeaders().set("X-Repo-Commit", commit);
    if (content == null || !path.startsWith("/" + ID + "/resolve/")) {
      exchange
          .getResponseHeaders()
          .set("X-Error-Code", content == null ? "EntryNotFound" : "RepoNotFound");
      send(exchange, 404, none);
    } else if (large.contains(name)) {
      exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + sha256(content) + "\"");
      exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(content.length));
      exchange.getResponseHeaders().set("Location", otherAddress() + "/bytes/" + name);
      send(exchange, 302, none);
    } else {
      exchange.getResponseHeaders().set("ETag", "\"" + git(content) + "\"");
      if (!overridden(name, exchange, content)) {
        sendRange(exchange, content);
      }
    }
  }

  private void other(HttpExchange exchange, byte[] none) throws IOException {
    String name = inner(exchange.getRequestURI().getPath());
    exchange.getResponseHeaders().set("ETag", "\"of-another-kind\"");
    if (!overridden(name, exchange, files.get(name))) {
      sendRange(exchange, files.get(name));
    }
  }

  private boolean overridden(String name, HttpExchange exchange, byte[] content)
      throws IOException {
    Queue<Answering> own = answers.get(name);
    Answering next = own == null || exchange.getRequestMethod().equals("HEAD") ? null : own.poll();
    if (next != null) {
      next.answer(exchange, content);
    }
    return next != null;
  }

  private String list() {
    String own = list;
    if (own != null) {
      return own;
    }
    ObjectNode answer = JsonMapper.shared().createObjectNode();
    answer.put("id", ID).put("sha", commit);
    ArrayNode siblings = answer.putArray("siblings");
    files.forEach((path, content) -> {
      ObjectNode file = siblings.addObject().put("rfilename", path);
      if (describes) {
        file.put("blobId", git(content)).put("size", content.length);
        if (large.contains(path)) {
          file.putObject("lfs")
              .put("sha256", sha256(content))
              .put("size", content.length)
              .put("pointerSize", 130);
        }
      }
    });
    return answer.toString();
  }

  static void sendRange(HttpExchange exchange, byte[] content) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null) {
      send(exchange, 200, content);
      return;
    }
    int from = Integer.parseInt(range.replaceAll("\\D", ""));
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
    send(exchange, 206, Arrays.copyOfRange(content, from, content.length));
  }

  static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
    boolean none = content.length == 0 || exchange.getRequestMethod().equals("HEAD");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
    }
    exchange.sendResponseHeaders(status, none ? -1 : content.length);
    if (!none) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(content);
      }
    }
  }

  /// Promises all from where was asked and breaks off after some.
  static Answering cutAfter(int bytes) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, bytes);
      exchange.getResponseBody().flush();
    };
  }

  static Answering status(int status, String... headers) {
    return (exchange, _) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      send(exchange, status, new byte[0]);
    };
  }

  static String sha256(byte[] content) {
    return hash("SHA-256", content);
  }

  /// As `git hash-object` computes it.
  static String git(byte[] content) {
    byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hash("SHA-1", all);
  }

  private static String hash(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    other.stop(0);
    threads.shutdownNow();
  }
}
