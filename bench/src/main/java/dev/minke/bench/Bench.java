package dev.minke.bench;

import dev.minke.bench.agreement.AgreementExperiment;
import dev.minke.bench.experiment.AblationExperiment;
import dev.minke.bench.experiment.QualityExperiment;
import dev.minke.bench.experiment.ScalingExperiment;
import dev.minke.bench.experts.ExpertExperiment;
import dev.minke.bench.serve.ServeExperiment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// `bench SUITE [--case NAME] [--provisional] [--json FILE]`.
public final class Bench {
  private static final String USAGE =
      "gemm, train, tokenizer, ops, cache, experts, agreement, serve, quality, ablations or"
          + " scaling, [--case NAME] [--provisional] [--json FILE]";

  private Bench() {}

  /// What was asked for.
  ///
  /// @param only the one case of the suites train, agreement and serve to measure; null for all
  /// @param provisional whether to measure on a busy machine: figures to work with, not to keep
  /// @param json where the rows go as well
  private record Request(
      String suite, @Nullable String only, boolean provisional, @Nullable Path json) {
    static Request of(String[] arguments) {
      String only = null;
      boolean provisional = false;
      Path json = null;
      for (int i = 1; i < arguments.length; i++) {
        if (arguments[i].equals("--provisional")) {
          provisional = true;
        } else if (arguments[i].equals("--json") && i + 1 < arguments.length) {
          json = Path.of(arguments[++i]);
        } else if (arguments[i].equals("--case") && i + 1 < arguments.length) {
          only = arguments[++i];
        } else {
          throw usage(arguments);
        }
      }
      if (arguments.length == 0
          || !List.of(
                  "gemm",
                  "train",
                  "tokenizer",
                  "ops",
                  "cache",
                  "experts",
                  "agreement",
                  "serve",
                  "quality",
                  "ablations",
                  "scaling")
              .contains(arguments[0])) {
        throw usage(arguments);
      }
      return new Request(arguments[0], only, provisional, json);
    }

    private static IllegalArgumentException usage(String[] arguments) {
      return new IllegalArgumentException(
          "bench: expected %s, found '%s'".formatted(USAGE, String.join(" ", arguments)));
    }
  }

  @FunctionalInterface
  private interface Suite {
    List<Row> run(int threads) throws IOException, InterruptedException;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    try {
      run(Request.of(arguments));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (IllegalStateException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private static void run(Request request) throws IOException, InterruptedException {
    Path data = Path.of(System.getProperty("minke.data", "../shared/data"));
    Path results = Path.of(System.getProperty("minke.results", "target/experiments"));
    if (request.suite.equals("experts")) {
      ExpertExperiment.run(data);
      return;
    }
    if (request.suite.equals("agreement")) {
      Path programs = Path.of(System.getProperty("minke.llama", ""));
      AgreementExperiment.run(
          new AgreementExperiment.Places(programs, data, results), request.only);
      return;
    }
    if (request.suite.equals("serve")) {
      Path programs = Path.of(System.getProperty("minke.llama", ""));
      Path models = Path.of(System.getProperty("minke.models", ""));
      ServeExperiment.run(
          new ServeExperiment.Places(file("minke.launcher"), programs, models, data, results),
          request.only,
          request.provisional);
      return;
    }
    if (request.suite.equals("quality")) {
      QualityExperiment.run(data, results, file("minke.python"), file("minke.quality.peer"));
      return;
    }
    if (request.suite.equals("ablations")) {
      AblationExperiment.run(data, results);
      return;
    }
    if (request.suite.equals("scaling")) {
      ScalingExperiment.run(data, results);
      return;
    }
    Suite suite = suite(request);
    if (request.provisional) {
      System.err.println("bench: provisional, whatever else the machine does");
    } else {
      Quiet.await();
    }
    List<Row> rows = new ArrayList<>();
    for (int threads : new int[] {1, 2}) {
      String isa = "";
      for (Row row : suite.run(threads)) {
        if (!row.isa().equals(isa)) {
          isa = row.isa();
          System.out.printf("%s%n%s%n", isa, Row.HEADER);
        }
        System.out.println(row.line());
        rows.add(row);
      }
    }
    if (request.suite.equals("gemm") && !NarrowerWidths.isOneOfThem()) {
      rows.addAll(NarrowerWidths.run(request.provisional));
    }
    if (request.json != null) {
      Files.writeString(request.json, JsonMapper.shared().writeValueAsString(rows));
    }
  }

  private static Suite suite(Request request) {
    if (request.suite.equals("gemm")) {
      GemmSuite gemm = new GemmSuite(new OpenBlas(file("minke.openblas")), request.provisional);
      return gemm::run;
    }
    if (request.suite.equals("ops")) {
      return new OpsSuite()::run;
    }
    if (request.suite.equals("cache")) {
      return new CacheSuite(request.provisional)::run;
    }
    if (request.suite.equals("tokenizer")) {
      Path data = Path.of(System.getProperty("minke.data", "../shared/data"));
      return new TokenizerSuite(
              file("minke.python"), file("minke.tokenizer.peer"), data, request.provisional)
          ::run;
    }
    TrainSuite train =
        new TrainSuite(
            file("minke.python"), file("minke.train.peer"), request.provisional, request.only);
    return train::run;
  }

  /// A file that `bench/run` names in a system property.
  private static Path file(String property) {
    String path = System.getProperty(property, "");
    if (!Files.isRegularFile(Path.of(path))) {
      throw new IllegalStateException(
          "%s: expected a file, found '%s'; start bench/run".formatted(property, path));
    }
    return Path.of(path);
  }
}
