package dev.minke.bench.experiment;

import dev.minke.backend.Backends;
import dev.minke.kernel.Kernels;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderSize;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// DeepSeek's ideas, each against its absence, at equal operations: what one arm computes more of
/// in one place it has less of in another, or it takes fewer steps.
public final class AblationExperiment {
  private static final int STEPS = 400;
  private static final int SEEDS = 3;
  private static final TrainRecipe.MatrixRule ADAMW = TrainRecipe.MatrixRule.ADAMW;

  private static final DecoderConfig.Grouped MULTI_HEAD = new DecoderConfig.Grouped(6, 6, 32);
  private static final DecoderConfig.Grouped GROUPED = new DecoderConfig.Grouped(6, 2, 32);

  /// Widths are chosen so that a token costs what it costs in the base, within a percent.
  static final List<Arm> ARMS =
      List.of(
          Arm.BASE,
          new Arm("dense", Arm.LATENT, 0, 425, 0, 0, 0, ADAMW, Arm.RATE),
          new Arm("MHA", MULTI_HEAD, 8, 117, 0, 0, 1e-3, ADAMW, Arm.RATE),
          new Arm("GQA", GROUPED, 8, 156, 0, 0, 1e-3, ADAMW, Arm.RATE),
          new Arm("MTP", Arm.LATENT, 8, 128, 1, 0, 1e-3, ADAMW, Arm.RATE),
          new Arm("auxiliary loss", Arm.LATENT, 8, 128, 0, 0.01f, 0, ADAMW, Arm.RATE),
          new Arm("no balancing", Arm.LATENT, 8, 128, 0, 0, 0, ADAMW, Arm.RATE),
          new Arm("Muon", Arm.LATENT, 8, 128, 0, 0, 1e-3, TrainRecipe.MatrixRule.MUON, Arm.RATE),
          // Latent attention has norms between its projections; the others may want a lower rate.
          new Arm("MHA, half the rate", MULTI_HEAD, 8, 117, 0, 0, 1e-3, ADAMW, Arm.RATE / 2),
          new Arm("GQA, half the rate", GROUPED, 8, 156, 0, 0, 1e-3, ADAMW, Arm.RATE / 2),
          new Arm("base, half the rate", Arm.LATENT, 8, 128, 0, 0, 1e-3, ADAMW, Arm.RATE / 2));

  private AblationExperiment() {}

  /// Runs what is missing and prints the table.
  ///
  /// @param data a folder laid out like `../shared/data`
  /// @param results where results are kept
  public static void run(Path data, Path results) throws IOException {
    Books books = Books.read(data);
    Trials trials = new Trials(results.resolve("ablations.jsonl"));
    try (Kernels kernels = Backends.openDefault()) {
      for (long seed = 1; seed <= SEEDS; seed++) {
        for (Arm arm : ARMS) {
          Optional<Trial> done = trials.find(arm.name(), seed);
          if (done.isEmpty()) {
            System.err.printf("%s, seed %d%n", arm.name(), seed);
            trials.add(Trial.run(arm, seed, STEPS, books, kernels));
          }
        }
      }
    }
    print(books, trials);
  }

  private static void print(Books books, Trials trials) throws IOException {
    int vocab = books.tokenizer().vocab();
    System.out.println(
        "| arm | parameters | operations of the run | steps | cache, numbers a token | training"
            + " loss | oz, bits a byte | wikitext2 | MaxVio |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    for (Arm arm : ARMS) {
      List<Trial> all = new ArrayList<>();
      for (long seed = 1; seed <= SEEDS; seed++) {
        trials.find(arm.name(), seed).ifPresent(all::add);
      }
      Trial first = all.getFirst();
      System.out.printf(
          Locale.ROOT,
          "| %s | %.2f M | %.2e | %d | %d | %s | %s | %s | %s |%n",
          arm.name(),
          first.parameters() / 1e6,
          first.flops(),
          first.steps(),
          new DecoderSize(arm.config(vocab)).cacheNumbers(),
          Trials.spread(all, Trial::trainLoss),
          Trials.spread(all, trial -> trial.bitsPerByte().getOrDefault("oz", Double.NaN)),
          Trials.spread(all, trial -> trial.bitsPerByte().getOrDefault("wikitext2", Double.NaN)),
          arm.experts() == 0 ? "" : Trials.spread(all, Trial::maxViolation));
    }
  }
}
