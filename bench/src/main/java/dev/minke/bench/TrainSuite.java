package dev.minke.bench;

import dev.minke.backend.Backends;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.tensor.DType;
import dev.minke.train.RunFacts;
import dev.minke.train.StepMetrics;
import dev.minke.train.StopReason;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainRecipe;
import dev.minke.train.TrainSummary;
import dev.minke.train.Trainer;
import dev.minke.train.TrainingData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Whole training steps (batch, forward, backward, clipping, AdamW, router biases) of two dense
/// models and a mixture of experts beside PyTorch in every form it has, in tokens a second.
///
/// Both take the same steps from the same weights on the same batches; that they compute the same
/// is shown by the number of parameters and the first loss. Rounds alternate: while one side
/// computes the other sleeps. A round in which anybody else, the side that should sleep included,
/// took processors is repeated.
final class TrainSuite {
  private static final int VOCAB = 4096;
  private static final int WARM_STEPS = 8;
  private static final int ROUND_STEPS = 2;
  private static final int ROUNDS = 7;
  private static final int MOST_ROUNDS = 40;

  private static final List<TrainRecipe> CASES =
      List.of(dense("dense-10m", 320, 6, 864), dense("dense-30m", 512, 8, 1376), mixture());

  /// Losses of about 8.3 in F32 from sums in another order differ by a few units of 1e-6.
  private static final double SAME_LOSS = 1e-4;

  /// OpenMP's workers spin for some milliseconds after a product.
  private static final long REST_MILLIS = 200;

  private final Path python;
  private final Path script;
  private final boolean provisional;
  private final @Nullable String only;

  /// @param provisional whether to accept rounds that others disturbed
  /// @param only the one case to measure; null for all
  TrainSuite(Path python, Path script, boolean provisional, @Nullable String only) {
    this.python = python;
    this.script = script;
    this.provisional = provisional;
    this.only = only;
    if (only != null && CASES.stream().noneMatch(one -> one.name().equals(only))) {
      throw new IllegalArgumentException(
          "bench: expected one of %s, found case '%s'"
              .formatted(CASES.stream().map(TrainRecipe::name).toList(), only));
    }
  }

  List<Row> run(int threads) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (TrainRecipe recipe : CASES) {
      if (only == null || only.equals(recipe.name())) {
        for (TorchPeer.Form form : TorchPeer.Form.values()) {
          rows.add(run(recipe, form, threads));
        }
      }
    }
    return rows;
  }

  private Row run(TrainRecipe recipe, TorchPeer.Form form, int threads) throws IOException {
    Path directory = Files.createTempDirectory("minke-bench");
    PeakResident.resetOwn();
    try (Kernels kernels = Backends.open(threads)) {
      // The first is the compiler's.
      double peak = Math.max(Backends.fmaPeak(kernels, 2), Backends.fmaPeak(kernels, 1));
      TrainingData data = TrainFiles.data(recipe, VOCAB);
      Rounds rounds = new Rounds(recipe.name());
      var setup = new Trainer.Setup(directory.resolve("run"), kernels, peak, rounds);
      try (Trainer trainer = Trainer.open(recipe, data, setup)) {
        TrainFiles files = new TrainFiles(directory);
        files.write(recipe, data, trainer.model());
        var settings = new TorchPeer.Settings(form, threads, provisional);
        try (TorchPeer peer = new TorchPeer(python, script, files, settings)) {
          rounds.begin(trainer, peer);
          TrainSummary summary = trainer.run();
          if (summary.reason() != StopReason.REQUESTED) {
            throw new IllegalStateException("bench: the run ended early: " + summary.message());
          }
          return rounds.row(threads, Backends.explain(kernels), peer.name(), peak);
        }
      }
    } finally {
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /// Of a round, both sides.
  private record Measured(
      double seconds, double cpuSeconds, double flops, TorchPeer.Round peer, double taken) {}

  /// Takes the time of our steps, and lets the peer take as many after each round of ours. Called
  /// by the thread that trains.
  private final class Rounds implements TrainListener {
    private final List<Measured> measured = new ArrayList<>();
    private @Nullable Trainer trainer;
    private @Nullable TorchPeer peer;
    private final Quiet aroundOurs = new Quiet(ProcessHandle.current());
    private @Nullable Quiet aroundTheirs;
    private int left = WARM_STEPS;
    private int done;
    private boolean isWarm;
    private double firstLoss;
    private double flops;
    private int tokens;
    private long began;
    private double cpu;
    private final String name;

    Rounds(String name) {
      this.name = name;
    }

    void begin(Trainer trainer, TorchPeer peer) {
      this.trainer = trainer;
      this.peer = peer;
      aroundTheirs = new Quiet(peer.handle());
    }

    @Override
    public void started(RunFacts facts) {
      if (peer == null || facts.parameters() != peer.parameters()) {
        throw new IllegalStateException(
            "bench: the models differ: Minke has %d parameters, the peer %d"
                .formatted(facts.parameters(), peer == null ? 0 : peer.parameters()));
      }
      tokens = facts.rowsTokens();
      flops = facts.stepFlops();
      clock();
    }

    private void clock() {
      try {
        Thread.sleep(REST_MILLIS);
        aroundOurs.begin();
        cpu = Quiet.cpuSeconds(ProcessHandle.current());
        began = System.nanoTime();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("bench: interrupted", e);
      }
    }

    @Override
    public void step(StepMetrics metrics) {
      if (metrics.step() == 1) {
        firstLoss = metrics.loss();
      }
      if (--left > 0) {
        return;
      }
      try {
        round(isWarm ? ROUND_STEPS : WARM_STEPS);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void round(int steps) throws IOException {
      if (peer == null || aroundTheirs == null || trainer == null) {
        throw new IllegalStateException("bench: no peer");
      }
      double seconds = (System.nanoTime() - began) * 1e-9;
      double cpuSeconds = Quiet.cpuSeconds(ProcessHandle.current()) - cpu;
      double taken = aroundOurs.taken();
      aroundTheirs.begin();
      TorchPeer.Round theirs = peer.run(steps);
      taken = Math.max(taken, aroundTheirs.taken());
      if (!isWarm) {
        requireSameLoss(theirs.losses().getFirst());
        isWarm = true;
      } else if (provisional || !Quiet.isTooMuch(taken)) {
        measured.add(new Measured(seconds, cpuSeconds, flops * steps, theirs, taken));
      }
      left = ROUND_STEPS;
      if (measured.size() == ROUNDS) {
        trainer.requestStop();
      } else if (++done > MOST_ROUNDS) {
        throw new IllegalStateException(
            "bench: the machine did not stay quiet, %d of %d rounds were disturbed; try again later"
                .formatted(done - measured.size(), done));
      }
      clock();
    }

    private void requireSameLoss(double theirs) {
      if (!(Math.abs(firstLoss - theirs) <= SAME_LOSS)) {
        throw new IllegalStateException(
            "bench: the models differ: first loss %s, the peer's %s".formatted(firstLoss, theirs));
      }
    }

    private double[] sorted(ToDoubleFunction<Measured> value) {
      double[] values = measured.stream().mapToDouble(value).toArray();
      Arrays.sort(values);
      return values;
    }

    private double median(ToDoubleFunction<Measured> value) {
      double[] values = sorted(value);
      return values[values.length / 2];
    }

    private Row row(int threads, String isa, String theirName, double peak) throws IOException {
      double each = (double) tokens * ROUND_STEPS;
      double[] ours = sorted(round -> each / round.seconds);
      double[] theirs = sorted(round -> each / round.peer.seconds());
      System.err.printf(
          "%s, threads %d: first loss %.6f; tokens/s lowest to highest %.0f to %.0f, %s %.0f"
              + " to %.0f; tokens per CPU second %.0f, %.0f, ratio %.2f; others took up to %.2f"
              + " CPUs%n",
          name,
          threads,
          firstLoss,
          ours[0],
          ours[ours.length - 1],
          theirName,
          theirs[0],
          theirs[theirs.length - 1],
          median(round -> each / round.cpuSeconds),
          median(round -> each / round.peer.cpuSeconds()),
          median(round -> round.peer.cpuSeconds() / round.cpuSeconds),
          sorted(Measured::taken)[measured.size() - 1]);
      if (peer != null) {
        System.err.printf(
            "%s, threads %d: most memory resident at once, MiB: %d, %s %d%n",
            name,
            threads,
            PeakResident.mebibytes(ProcessHandle.current()),
            theirName,
            PeakResident.mebibytes(peer.handle()));
      }
      return new Row(
          name + " step, tok/s",
          threads,
          isa,
          theirName,
          median(round -> each / round.seconds),
          median(round -> each / round.peer.seconds()),
          median(round -> round.peer.seconds() / round.seconds),
          median(round -> round.flops / round.seconds) / peak);
    }
  }

  private static DecoderConfig.Experts noExperts() {
    return new DecoderConfig.Experts(
        0, 0, 0, new RouterRule(ScoreFunction.SOFTMAX, 1, 1, 1, false, false, 1));
  }

  /// Multi-head attention with heads of 64, no experts.
  private static TrainRecipe dense(String name, int dim, int layers, int hidden) {
    int heads = dim / 64;
    return recipe(
        new TrainRecipe.Model(
            Architecture.LLAMA,
            dim,
            layers,
            layers,
            hidden,
            new DecoderConfig.Grouped(heads, heads, 64),
            256,
            10000,
            noExperts(),
            0,
            1e-6f,
            0.02),
        name,
        0);
  }

  /// One dense layer and five of experts; no groups, no predictor, no balance loss.
  private static TrainRecipe mixture() {
    var rule = new RouterRule(ScoreFunction.SIGMOID, 4, 1, 1, true, true, 2.5f);
    return recipe(
        new TrainRecipe.Model(
            Architecture.DEEPSEEK_V3,
            256,
            6,
            1,
            704,
            new DecoderConfig.Latent(8, 96, 64, 32, 16, 32),
            256,
            10000,
            new DecoderConfig.Experts(16, 1, 192, rule),
            0,
            1e-6f,
            0.02),
        "moe-16m",
        0.001);
  }

  /// Rates as for a long run: nothing warms up or decays.
  private static TrainRecipe recipe(TrainRecipe.Model model, String name, double biasRate) {
    return new TrainRecipe(
        name,
        model,
        new TrainRecipe.Tokenizer(VOCAB, false),
        new TrainRecipe.Data(256, false, false, 0),
        new TrainRecipe.Optimizer(
            TrainRecipe.MatrixRule.ADAMW,
            3e-4,
            0.9,
            0.95,
            1e-8,
            0.95,
            0.1,
            1,
            DType.F32,
            0,
            List.of()),
        TrainRecipe.Schedule.cosine(0, 0, 1),
        TrainRecipe.Losses.constant(0, 0, biasRate),
        TrainRecipe.Batch.constant(8, 8),
        TrainRecipe.Memory.KEEP,
        TrainRecipe.Length.ofSteps(WARM_STEPS + ROUND_STEPS * (MOST_ROUNDS + 2)),
        TrainRecipe.Validation.of(0, 1),
        TrainRecipe.Checkpoint.every(1e9, 1),
        new TrainRecipe.Guard(1e9, 1000),
        1);
  }
}
