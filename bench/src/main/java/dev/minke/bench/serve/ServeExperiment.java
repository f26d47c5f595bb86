package dev.minke.bench.serve;

import dev.minke.backend.Backends;
import dev.minke.bench.Quiet;
import dev.minke.kernel.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// Either server under clients that stream, in turn, round by round; then the engine's time outside
/// kernels.
public final class ServeExperiment {
  private static final List<String> MODELS = List.of("deepseek-moe-1b-Q4_K_M", "llama-110m-Q8_0");
  private static final String SMALL = "llama-110m-Q8_0";
  private static final int[] CLIENTS = {1, 4, 8, 16};
  private static final int MOST_CLIENTS = 16;
  private static final int TOKENS = 64;
  private static final int CONTEXT = 32_768;
  private static final int ROUNDS = 3;
  private static final int LEAST_QUESTIONS = 6;

  private final Places places;
  private final Clients clients;
  private final boolean provisional;
  private int next = 1_000;

  /// Where things lie.
  ///
  /// @param launcher of Minke
  /// @param programs llama.cpp's
  /// @param models the folder of GGUF files
  /// @param data a folder laid out like `../shared/data`
  /// @param results where the logs of the servers go
  public record Places(Path launcher, Path programs, Path models, Path data, Path results) {}

  private ServeExperiment(Places places, Questions questions, boolean provisional) {
    this.places = places;
    this.provisional = provisional;
    clients = new Clients(questions, TOKENS);
  }

  /// Measures and prints.
  ///
  /// @param only the one model to serve; null for all
  /// @param provisional whether to measure on a busy machine, one round of each case
  /// @throws IllegalStateException if llama.cpp, a model or the book is missing
  public static void run(Places places, @Nullable String only, boolean provisional)
      throws IOException, InterruptedException {
    ServeExperiment experiment =
        new ServeExperiment(places, Questions.read(places.data), provisional);
    try (Kernels kernels = Backends.openDefault()) {
      System.out.println(Backends.explain(kernels));
    }
    for (String model : MODELS) {
      if (only == null || only.equals(model)) {
        experiment.serve(model);
      }
    }
    if (only == null || only.equals(SMALL)) {
      experiment.outside();
    }
  }

  private Path file(String model) {
    Path file = places.models.resolve(model + ".gguf");
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException(
          "bench: expected the model %s, found none; name the folder of models in MINKE_MODELS"
              .formatted(file));
    }
    return file;
  }

  private void serve(String model) throws IOException, InterruptedException {
    Path file = file(model);
    Path logs = Files.createDirectories(places.results.resolve("serve"));
    int threads = Runtime.getRuntime().availableProcessors();
    try (ServerProcess ours =
            ServerProcess.minke(
                places.launcher, file, MOST_CLIENTS, logs.resolve(model + "-minke.log"));
        ServerProcess theirs =
            ServerProcess.llama(
                places.programs,
                file,
                new ServerProcess.Size(threads, MOST_CLIENTS, CONTEXT),
                logs.resolve(model + "-llama.log"))) {
      System.out.printf(
          "%n%s, answers of %d tokens; minke / llama-server, medians of %d%n%n",
          model, TOKENS, rounds());
      System.out.println(
          "| clients | shared start | tokens/s | ratio (lowest to highest) | first token p50, ms |"
              + " p95 | gap p50, ms | p95 | p99 | prompt (had) |");
      System.out.println("|---|---|---|---|---|---|---|---|---|---|");
      for (boolean shared : new boolean[] {false, true}) {
        warm(ours, theirs, shared);
        for (int count : CLIENTS) {
          System.out.println(row(ours, theirs, count, shared));
        }
      }
    }
  }

  private int rounds() {
    return provisional ? 1 : ROUNDS;
  }

  /// Lets compilers finish, and shows the shared start to both once.
  private void warm(ServerProcess ours, ServerProcess theirs, boolean shared)
      throws IOException, InterruptedException {
    for (ServerProcess server : List.of(ours, theirs)) {
      clients.ask(server.uri(), 1, next, 1, shared);
      if (!shared) {
        clients.ask(server.uri(), 8, next + 1, 16, false);
      }
    }
    next += 17;
  }

  private String row(ServerProcess ours, ServerProcess theirs, int count, boolean shared)
      throws IOException, InterruptedException {
    List<Load> mine = new ArrayList<>();
    List<Load> others = new ArrayList<>();
    int questions = Math.max(LEAST_QUESTIONS, 2 * count);
    for (int round = 0; round < rounds(); round++) {
      mine.add(measure(ours, count, questions, shared));
      others.add(measure(theirs, count, questions, shared));
      next += questions;
    }
    double[] ratios = new double[rounds()];
    Arrays.setAll(ratios, i -> mine.get(i).tokensPerSecond() / others.get(i).tokensPerSecond());
    Arrays.sort(ratios);
    return String.format(
        Locale.ROOT,
        "| %d | %s | %.0f / %.0f | **%.2f** (%.2f to %.2f) | %s | %s | %s | %s | %s | %.0f"
            + " (%.0f / %.0f) |",
        count,
        shared ? "yes" : "no",
        median(mine, Load::tokensPerSecond),
        median(others, Load::tokensPerSecond),
        ratios[ratios.length / 2],
        ratios[0],
        ratios[ratios.length - 1],
        pair(mine, others, load -> Load.quantile(load.firstMillis(), 50)),
        pair(mine, others, load -> Load.quantile(load.firstMillis(), 95)),
        pair(mine, others, load -> Load.quantile(load.gapMillis(), 50)),
        pair(mine, others, load -> Load.quantile(load.gapMillis(), 95)),
        pair(mine, others, load -> Load.quantile(load.gapMillis(), 99)),
        median(mine, Load::promptTokens),
        median(mine, Load::cachedTokens),
        median(others, Load::cachedTokens));
  }

  private Load measure(ServerProcess server, int count, int questions, boolean shared)
      throws IOException, InterruptedException {
    if (!provisional) {
      Quiet.await();
    }
    Load load = clients.ask(server.uri(), count, next, questions, shared);
    System.err.printf(
        Locale.ROOT,
        "%s, %d clients%s: %.1f tokens/s%n",
        server.name(),
        count,
        shared ? ", shared start" : "",
        load.tokensPerSecond());
    return load;
  }

  private static String pair(List<Load> mine, List<Load> others, ToDoubleFunction<Load> value) {
    return String.format(Locale.ROOT, "%.0f / %.0f", median(mine, value), median(others, value));
  }

  private static double median(List<Load> loads, ToDoubleFunction<Load> value) {
    double[] values = loads.stream().mapToDouble(value).sorted().toArray();
    return values[values.length / 2];
  }

  private void outside() throws IOException, InterruptedException {
    System.out.printf(
        "%n%s, the engine alone%n%n| streams | tokens/s | of a step outside kernels, %% | outside"
            + " the model, %% |%n|---|---|---|---|%n",
        SMALL);
    for (int streams : CLIENTS) {
      if (!provisional) {
        Quiet.await();
      }
      OutsideKernels found = OutsideKernels.of(file(SMALL), streams);
      System.out.printf(
          Locale.ROOT,
          "| %d | %.0f | %.1f | %.1f |%n",
          streams,
          found.tokensPerSecond(),
          100 * found.share(),
          100 * found.shareOutsideModel());
    }
  }
}
