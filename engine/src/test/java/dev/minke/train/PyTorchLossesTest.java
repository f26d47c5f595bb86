package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.data.DataPosition;
import dev.minke.data.PackedRow;
import dev.minke.data.Packing;
import dev.minke.data.TokenShard;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// Two hundred steps of training have the losses of transformers' DeepSeek-V3 in PyTorch, from the
/// same weights and batches.
///
/// Training amplifies rounding (a router near a tie chooses another expert), so no constant bound
/// is honest. The measure is PyTorch itself: its run in F64 is the truth; how far its runs in F32
/// leave it, with other kernels, other numbers of threads and weights moved to a neighbouring
/// float, is what F32 makes of these steps. Up to each step, ours may have left the truth at most
/// [#FACTOR] times as far as the farthest of those. That the bound can tell a wrong rule from a
/// rounding is tested too.
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PyTorchLossesTest {
  private static final int STEPS = 200;
  private static final int ROWS = 8;
  private static final int TOKENS = 64;
  private static final int VOCAB = 256;

  /// If our run and the nine of PyTorch were ten draws from one distribution, ours would be the
  /// farthest in one case of ten; a factor of two covers that.
  private static final double FACTOR = 2;

  private static final List<String> TRUTH = List.of("--double");

  private static final List<List<String>> PEERS =
      List.of(
          List.of(),
          List.of("--threads", "2"),
          List.of("--attention", "sdpa"),
          List.of("--experts", "grouped_mm"),
          List.of("--attention", "sdpa", "--experts", "grouped_mm", "--threads", "2"),
          List.of("--noise", "1"),
          List.of("--noise", "2"),
          List.of("--noise", "3"),
          List.of("--noise", "4"));

  private static final Map<String, Supplier<Kernels>> BACKENDS =
      Map.of("reference", ReferenceKernels::new, "vector", () -> Backends.open(2));

  private final TrainRecipe recipe = recipe();
  private final TrainingData data = data();
  private PyTorchRun peer;

  @TempDir Path directory;

  @BeforeAll
  void writeWhatBothBeginWith(@TempDir Path common) throws IOException {
    Path run = Files.createDirectory(common.resolve("run"));
    try (Kernels kernels = new ReferenceKernels();
        Trainer trainer = open(common.resolve("trainer"), kernels, TrainListener.NONE)) {
      var settings = ModelDirectory.Settings.of(DType.F32, -1, -1);
      ModelDirectory.save(run.resolve("model"), trainer.model(), settings, _ -> {});
    }
    Files.write(run.resolve("tokens.bin"), batches());
    Files.writeString(run.resolve("recipe.json"), JsonMapper.shared().writeValueAsString(rules()));
    peer = PyTorchRun.of(run);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void lossesAreThoseOfPyTorch(String backend) throws Exception {
    double[] ours = train(BACKENDS.get(backend));
    double[] bound = bound();
    double[] left = farthest(ours, peer.losses(TRUTH));
    double worst = 0;
    for (int step = 0; step < STEPS; step++) {
      worst = Math.max(worst, left[step] / bound[step]);
    }
    String found =
        "%s: loss %.3f to %.3f; farthest from F64 %.1e, PyTorch in F32 %.1e; worst share of the bound %.2f"
            .formatted(
                backend,
                ours[0],
                ours[STEPS - 1],
                left[STEPS - 1],
                bound[STEPS - 1] / FACTOR,
                worst);
    System.getLogger(PyTorchLossesTest.class.getName()).log(System.Logger.Level.INFO, found);
    for (int step = 0; step < STEPS; step++) {
      assertThat(left[step])
          .as("step %d: farthest from the losses in F64 so far", step + 1)
          .isLessThanOrEqualTo(bound[step]);
    }
  }

  /// Each changes the run a little; PyTorch in F64 with the change must leave the bound.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gainDecay=0.1",
        "decay=0.101",
        "beta1=0.9001",
        "beta2=0.9501",
        "epsilon=1e-7",
        "clipNorm=1.2",
        "biasRate=0",
        "warmupShare=0.105",
        "finalShare=0.11"
      })
  void theBoundTellsAWrongRule(String rule) throws Exception {
    double[] left = farthest(peer.losses(List.of("--double", "--rule", rule)), peer.losses(TRUTH));
    double[] bound = bound();
    int beyond = 0;
    for (int step = 0; step < STEPS; step++) {
      beyond += left[step] > bound[step] ? 1 : 0;
    }
    assertThat(beyond).as("steps beyond the bound").isPositive();
  }

  @Test
  void theModelLearns() throws Exception {
    double[] truth = peer.losses(TRUTH);
    assertThat(truth[0]).isGreaterThan(0.95 * Math.log(VOCAB));
    assertThat(truth[STEPS - 1]).isLessThan(0.7 * Math.log(VOCAB));
  }

  /// For each step, [#FACTOR] times what the farthest of PyTorch's runs in F32 has left up to it.
  private double[] bound() throws IOException, InterruptedException {
    double[] truth = peer.losses(TRUTH);
    double[] bound = new double[STEPS];
    for (List<String> options : PEERS) {
      double[] left = farthest(peer.losses(options), truth);
      for (int step = 0; step < STEPS; step++) {
        bound[step] = Math.max(bound[step], FACTOR * left[step]);
      }
    }
    return bound;
  }

  /// For each step, the greatest difference up to it.
  private static double[] farthest(double[] losses, double[] truth) {
    double[] left = new double[STEPS];
    double most = 0;
    for (int step = 0; step < STEPS; step++) {
      most = Math.max(most, Math.abs(losses[step] - truth[step]));
      left[step] = most;
    }
    return left;
  }

  private double[] train(Supplier<Kernels> backend) {
    double[] losses = new double[STEPS];
    TrainListener listener =
        new TrainListener() {
          @Override
          public void step(StepMetrics metrics) {
            losses[metrics.step() - 1] = metrics.loss();
          }
        };
    try (Kernels kernels = backend.get();
        Trainer trainer = open(directory.resolve("run"), kernels, listener)) {
      assertThat(trainer.run().reason()).isEqualTo(StopReason.COMPLETED);
    }
    return losses;
  }

  private Trainer open(Path run, Kernels kernels, TrainListener listener) {
    return Trainer.open(recipe, data, new Trainer.Setup(run, kernels, 1e9, listener));
  }

  /// The batches as the trainer packs them, little-endian `[steps, rows, tokens + 1]`.
  private byte[] batches() {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * STEPS * ROWS * (TOKENS + 1))
            .order(ByteOrder.LITTLE_ENDIAN);
    Packing packing = new Packing(data.training(), TOKENS, recipe.seed());
    for (PackedRow row : packing.take(DataPosition.START, STEPS * ROWS).rows()) {
      assertThat(row.pieces()).hasSize(1);
      PackedRow.Piece piece = row.pieces().getFirst();
      for (int i = 0; i <= TOKENS; i++) {
        bytes.putInt(packing.shard().token(piece.document(), i));
      }
    }
    return bytes.array();
  }

  private Map<String, Number> rules() {
    TrainRecipe.Optimizer optimizer = recipe.optimizer();
    return Map.ofEntries(
        Map.entry("steps", STEPS),
        Map.entry("rows", ROWS),
        Map.entry("rate", optimizer.rate()),
        Map.entry("beta1", optimizer.beta1()),
        Map.entry("beta2", optimizer.beta2()),
        Map.entry("epsilon", optimizer.epsilon()),
        Map.entry("decay", optimizer.decay()),
        Map.entry("gainDecay", 0),
        Map.entry("clipNorm", optimizer.clipNorm()),
        Map.entry("warmupShare", recipe.schedule().warmupShare()),
        Map.entry("decayShare", recipe.schedule().phases().getLast().share()),
        Map.entry("finalShare", recipe.schedule().phases().getLast().level()),
        Map.entry("biasRate", recipe.losses().biasRate()));
  }

  /// A dense layer, experts in groups with a bias, query compression, two micro-batches a step; no
  /// predictor and no balance loss, which transformers does not have.
  private static TrainRecipe recipe() {
    var rule = new RouterRule(ScoreFunction.SIGMOID, 2, 4, 2, true, true, 2.5f);
    return new TrainRecipe(
        "pytorch",
        new TrainRecipe.Model(
            Architecture.DEEPSEEK_V3,
            64,
            3,
            1,
            128,
            new DecoderConfig.Latent(4, 32, 24, 16, 8, 12),
            TOKENS,
            10000,
            new DecoderConfig.Experts(8, 1, 32, rule),
            0,
            1e-6f,
            0.05),
        new TrainRecipe.Tokenizer(VOCAB, false),
        new TrainRecipe.Data(TOKENS, false, false, 0),
        new TrainRecipe.Optimizer(
            TrainRecipe.MatrixRule.ADAMW,
            0.003,
            0.9,
            0.95,
            1e-8,
            0.95,
            0.1,
            1,
            DType.F32,
            0,
            List.of()),
        TrainRecipe.Schedule.cosine(0.1, 0.3, 0.1),
        TrainRecipe.Losses.constant(0, 0, 0.001),
        TrainRecipe.Batch.constant(ROWS, ROWS / 2),
        TrainRecipe.Memory.KEEP,
        TrainRecipe.Length.ofSteps(STEPS),
        TrainRecipe.Validation.of(0, 1),
        TrainRecipe.Checkpoint.every(1e9, 1),
        new TrainRecipe.Guard(3, 20),
        11);
  }

  /// Documents of just one row each, in which a token has four likely successors.
  private static TrainingData data() {
    RandomStream random = RandomStream.named(5, "documents");
    TokenShard.Builder shard = TokenShard.builder("numbers", VOCAB);
    long drawn = 0;
    for (int document = 0; document < STEPS * ROWS; document++) {
      int[] ids = new int[TOKENS + 1];
      ids[0] = random.below(VOCAB, drawn++);
      for (int i = 1; i < ids.length; i++) {
        int choice = random.below(5, drawn++);
        int far = random.below(VOCAB, drawn++);
        ids[i] = choice == 4 ? far : (ids[i - 1] * 5 + 31 * choice * choice + 7) % VOCAB;
      }
      shard.add(ids, ids.length);
    }
    return new TrainingData(shard.build(), TokenShard.builder("numbers", VOCAB).build());
  }
}
