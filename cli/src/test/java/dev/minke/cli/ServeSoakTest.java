package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Ten minutes of 64 clients at once, of whom a half behaves: others go away in the middle of an
/// answer, stop reading, send what is no request, or leave as soon as they asked. Every answer
/// equals that of the same request alone, no page of the cache is lost, the process does not grow,
/// who finds no place hears when to come back, and SIGTERM finishes what runs. The system property
/// `minke.soakSeconds` makes it shorter for a trial.
@Tag("long")
class ServeSoakTest {
  private static final int STREAMS = 64;
  private static final int QUESTIONS = 180;
  private static final int ACTIVE = 16;
  private static final int QUEUE = 12;
  private static final double WARM_UP_SECONDS = 120;
  private static final double MOST_BYTES_A_MINUTE = 1 << 20;
  private static final int PATIENCE_MILLIS = 60_000;
  private static final Pattern LISTENING = Pattern.compile("listening +(http://\\S+)");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<Integer, String> alone = new HashMap<>();

  @Test
  void manyUsersSomeOfThemRude() throws Exception {
    double seconds = Double.parseDouble(System.getProperty("minke.soakSeconds", "600"));
    try (Child server =
        Child.minke(
            "exec \"$@\"",
            "serve",
            Golden.model(),
            "--exact",
            "--port",
            0,
            "-np",
            ACTIVE,
            "--queue",
            QUEUE,
            "--cache-memory",
            "4m")) {
      server.await("listening");
      Matcher address = LISTENING.matcher(server.output());
      assertThat(address.find()).isTrue();
      URI uri = URI.create(address.group(1));
      for (int i = 0; i < QUESTIONS; i++) {
        alone.put(i, answer(uri, new SoakQuestion(i)));
      }
      Path status = Path.of("/proc", Long.toString(server.pid()), "status");
      assumeTrue(Files.exists(status), "this system does not tell the size of a process");
      List<double[]> sizes = new ArrayList<>();
      Map<String, Integer> counts = load(uri, seconds, status, sizes);
      System.out.println("soak: " + counts + metrics(uri));
      assertThat(counts).doesNotContainKeys("wrong", "refused without Retry-After");
      assertThat(counts).containsKeys("right", "refused", "left", "stalled", "garbage");
      awaitNoUse(uri);
      double growth = 60 * slope(sizes);
      System.out.printf("soak: resident size grows %.0f bytes a minute%n", growth);
      if (seconds > WARM_UP_SECONDS) {
        assertThat(growth).as("bytes a minute").isLessThan(MOST_BYTES_A_MINUTE);
      }
      finishesWhatRuns(server, uri);
    }
  }

  private String answer(URI uri, SoakQuestion question) throws IOException, InterruptedException {
    SoakQuestion.Outcome outcome = question.ask(http, uri, false);
    assertThat(outcome.status()).isEqualTo(200);
    return outcome.text();
  }

  // ---- load

  private Map<String, Integer> load(URI uri, double seconds, Path status, List<double[]> sizes)
      throws Exception {
    long begin = System.nanoTime();
    long end = begin + (long) (seconds * 1e9);
    List<Future<Map<String, Integer>>> work = new ArrayList<>();
    Map<String, Integer> all = new TreeMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < STREAMS; i++) {
        SplittableRandom random = new SplittableRandom(i);
        boolean behaves = i % 2 == 0;
        work.add(threads.submit(() -> client(uri, random, behaves, end)));
      }
      while (System.nanoTime() < end) {
        Thread.sleep(1000);
        double now = (System.nanoTime() - begin) * 1e-9;
        if (now > Math.min(WARM_UP_SECONDS, seconds / 2)) {
          sizes.add(new double[] {now, residentBytes(status)});
        }
      }
      for (Future<Map<String, Integer>> one : work) {
        one.get().forEach((name, count) -> all.merge(name, count, Integer::sum));
      }
    }
    return all;
  }

  private Map<String, Integer> client(URI uri, SplittableRandom random, boolean behaves, long end)
      throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    while (System.nanoTime() < end) {
      SoakQuestion question = new SoakQuestion(random.nextInt(QUESTIONS));
      String what = behaves ? polite(uri, question, random) : rude(uri, question, random);
      counts.merge(what, 1, Integer::sum);
    }
    return counts;
  }

  private String polite(URI uri, SoakQuestion question, SplittableRandom random)
      throws IOException, InterruptedException {
    SoakQuestion.Outcome outcome = question.ask(http, uri, random.nextBoolean());
    if (outcome.status() == 429 || outcome.status() == 503) {
      Thread.sleep(random.nextInt(200));
      return outcome.retryAfter() ? "refused" : "refused without Retry-After";
    }
    boolean isRight =
        outcome.status() == 200 && outcome.text().equals(alone.get(question.number()));
    return isRight ? "right" : "wrong";
  }

  /// A request over a socket, from a client that does not wait for the end.
  private static String rude(URI uri, SoakQuestion question, SplittableRandom random)
      throws IOException, InterruptedException {
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4 << 10);
      socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
      socket.setSoTimeout(PATIENCE_MILLIS);
      OutputStream out = socket.getOutputStream();
      InputStream in = socket.getInputStream();
      switch (random.nextInt(5)) {
        case 0 -> {
          byte[] garbage = new byte[1 + random.nextInt(2_000)];
          random.nextBytes(garbage);
          out.write(garbage);
          out.flush();
          socket.shutdownOutput();
          in.readAllBytes();
          return "garbage";
        }
        case 1 -> {
          byte[] broken = question.body(true).substring(0, 20).getBytes(StandardCharsets.UTF_8);
          post(out, broken, broken.length);
          return new String(in.readNBytes(12), StandardCharsets.UTF_8).endsWith("400")
              ? "garbage"
              : "wrong";
        }
        case 2 -> {
          byte[] body = question.body(true).getBytes(StandardCharsets.UTF_8);
          post(out, body, body.length + 1);
          return "left";
        }
        case 3 -> {
          byte[] body = question.body(true).getBytes(StandardCharsets.UTF_8);
          post(out, body, body.length);
          readSome(socket, random.nextInt(2_000));
          return "left";
        }
        default -> {
          byte[] body = question.body(true).getBytes(StandardCharsets.UTF_8);
          post(out, body, body.length);
          readSome(socket, 100);
          Thread.sleep(random.nextInt(5_000));
          return "stalled";
        }
      }
    } catch (SocketException e) {
      // The server may close what it cannot read before all of it is written.
      return "garbage";
    }
  }

  /// Reads that many bytes, if as many come.
  private static void readSome(Socket socket, int bytes) throws IOException {
    socket.setSoTimeout(1_000);
    try {
      socket.getInputStream().readNBytes(bytes);
    } catch (SocketTimeoutException e) {
      // The answer is shorter, and the connection stays open for another.
    }
  }

  private static void post(OutputStream out, byte[] body, int length) throws IOException {
    String head =
        "POST /v1/completions HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(length);
    out.write(head.getBytes(StandardCharsets.UTF_8));
    out.write(body);
    out.flush();
  }

  // ---- afterwards

  private String get(URI uri, String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri.resolve(path)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private double metric(URI uri, String name) throws IOException, InterruptedException {
    Matcher found =
        Pattern.compile("^" + name + "(?:\\{[^}]*})? ([0-9.eE+]+)$", Pattern.MULTILINE)
            .matcher(get(uri, "/metrics"));
    assertThat(found.find()).as(name).isTrue();
    return Double.parseDouble(found.group(1));
  }

  private Map<String, Double> metrics(URI uri) throws IOException, InterruptedException {
    Map<String, Double> found = new TreeMap<>();
    for (String name :
        List.of(
            "minke_cache_pages",
            "minke_cache_kept_pages",
            "minke_interruptions_total",
            "minke_cached_tokens_total")) {
      found.put(name, metric(uri, name));
    }
    return found;
  }

  private void awaitNoUse(URI uri) throws IOException, InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < end && metric(uri, "llamacpp:requests_processing") > 0) {
      Thread.sleep(100);
    }
    assertThat(metric(uri, "llamacpp:requests_processing")).isZero();
    assertThat(metric(uri, "llamacpp:requests_deferred")).isZero();
    assertThat(metric(uri, "minke_cache_used_pages")).as("pages in use by nobody").isZero();
  }

  private void finishesWhatRuns(Child server, URI uri) throws Exception {
    List<Future<String>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < ACTIVE; i++) {
        SoakQuestion question = new SoakQuestion(i);
        answers.add(threads.submit(() -> question.ask(http, uri, true).text()));
      }
      double before = metric(uri, "minke_answers_total");
      while (metric(uri, "llamacpp:requests_processing") == 0
          && metric(uri, "minke_answers_total") < before + ACTIVE) {
        Thread.sleep(1);
      }
      server.signal("TERM");
      int finished = 0;
      for (int i = 0; i < ACTIVE; i++) {
        finished += finished(answers.get(i), i) ? 1 : 0;
      }
      assertThat(finished).isPositive();
    }
    assertThat(server.code()).isEqualTo(143);
  }

  /// Whether it was answered, and then rightly; one that came after the signal was not let in.
  private boolean finished(Future<String> answer, int number) throws InterruptedException {
    try {
      String text = answer.get();
      assertThat(text).isIn(alone.get(number), "");
      return !text.isEmpty();
    } catch (ExecutionException e) {
      assertThat(e).hasRootCauseInstanceOf(java.net.ConnectException.class);
      return false;
    }
  }

  private static double residentBytes(Path status) throws IOException {
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) {
        return 1024.0 * Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("no VmRSS in " + status);
  }

  /// Bytes a second of the line with the least squares.
  private static double slope(List<double[]> samples) {
    double time = samples.stream().mapToDouble(sample -> sample[0]).average().orElseThrow();
    double size = samples.stream().mapToDouble(sample -> sample[1]).average().orElseThrow();
    double product = 0;
    double square = 0;
    for (double[] sample : samples) {
      product += (sample[0] - time) * (sample[1] - size);
      square += (sample[0] - time) * (sample[0] - time);
    }
    return product / square;
  }
}
