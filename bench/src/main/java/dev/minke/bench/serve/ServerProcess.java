package dev.minke.bench.serve;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A server of one model in a process of its own, on this machine's address.
final class ServerProcess implements AutoCloseable {
  /// What requests call the model.
  static final String MODEL = "served";

  private static final Duration MOST_LOADING = Duration.ofMinutes(5);
  private static final int POLL_MILLIS = 200;

  private final String name;
  private final Process process;
  private final URI uri;

  private ServerProcess(String name, List<String> command, int port, Path log)
      throws IOException, InterruptedException {
    this.name = name;
    uri = URI.create("http://127.0.0.1:" + port + "/");
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ready = false;
    try {
      awaitHealth(log);
      ready = true;
    } finally {
      if (!ready) {
        close();
      }
    }
  }

  /// @param program `minke`, the launcher
  /// @param streams answers at a time
  /// @param log what it says
  static ServerProcess minke(Path program, Path model, int streams, Path log)
      throws IOException, InterruptedException {
    int port = freePort();
    List<String> command =
        List.of(
            program.toString(),
            "serve",
            model.toString(),
            "--fast",
            "-a",
            MODEL,
            "-np",
            Integer.toString(streams),
            "--port",
            Integer.toString(port));
    return new ServerProcess("minke", command, port, log);
  }

  /// What the peer is to be.
  ///
  /// @param streams answers at a time
  /// @param context most tokens of all of them together
  record Size(int threads, int streams, int context) {}

  /// @param programs the folder of llama.cpp's
  /// @param log what it says
  static ServerProcess llama(Path programs, Path model, Size size, Path log)
      throws IOException, InterruptedException {
    Path program = programs.resolve("llama-server");
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException(
          "llama.cpp: expected %s, found none; name the folder of its programs in MINKE_LLAMA"
              .formatted(program));
    }
    int port = freePort();
    List<String> command =
        List.of(
            program.toString(),
            "-m",
            model.toString(),
            "-t",
            Integer.toString(size.threads),
            "-c",
            Integer.toString(size.context),
            "-np",
            Integer.toString(size.streams),
            "-a",
            MODEL,
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--no-webui");
    return new ServerProcess("llama-server", command, port, log);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void awaitHealth(Path log) throws IOException, InterruptedException {
    long end = System.nanoTime() + MOST_LOADING.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest health = HttpRequest.newBuilder(uri.resolve("/health")).build();
      while (process.isAlive() && System.nanoTime() < end) {
        try {
          if (client.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (ConnectException e) {
          // It does not listen yet.
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
    throw new IllegalStateException(
        "%s: expected a server that answers, found %s; its log is %s"
            .formatted(
                name, process.isAlive() ? "none yet" : "that it ended", log.toAbsolutePath()));
  }

  String name() {
    return name;
  }

  URI uri() {
    return uri;
  }

  /// Asks it to end, and waits.
  @Override
  public void close() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
