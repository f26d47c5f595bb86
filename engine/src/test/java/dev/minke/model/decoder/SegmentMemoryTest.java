package dev.minke.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.autograd.Loss;
import dev.minke.autograd.Observer;
import dev.minke.autograd.Parameter;
import dev.minke.autograd.RecordingOps;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.TokenRows;
import dev.minke.model.TrainingRows;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Blocks that are computed again in backward give the same losses and gradients, bit for bit, from
/// less memory; blocks of which BF16 is stored give the same losses, and gradients that are near.
class SegmentMemoryTest {
  private static final long SEED = 12;
  private static final int[] LENGTHS = {70, 3, 30};

  static Stream<Arguments> modelsOnBackends() {
    List<Supplier<Kernels>> backends = List.of(ReferenceKernels::new, () -> new VectorKernels(2));
    return TinyConfigs.all().stream()
        .flatMap(config -> backends.stream().map(backend -> Arguments.of(config, backend)));
  }

  /// A way of recording.
  @FunctionalInterface
  private interface Way {
    Way KEEP =
        (kernels, activations, gradients, observer) ->
            new RecordingOps(kernels, activations, observer);
    Way BF16 =
        (kernels, activations, gradients, observer) ->
            RecordingOps.storingBf16(kernels, activations, observer, gradients);
    Way RECOMPUTE =
        (kernels, activations, gradients, observer) ->
            RecordingOps.recomputing(kernels, activations, observer);

    RecordingOps open(
        Kernels kernels, Workspace activations, Workspace gradients, Observer observer);
  }

  /// @param losses by place and name
  /// @param gradients by parameter
  /// @param routed how often the observer saw a choice of experts
  private record Found(
      Map<String, Double> losses, Map<String, float[]> gradients, int routed, long peakBytes) {}

  private static Found run(DecoderConfig config, Kernels kernels, Way way) {
    try (ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3);
        Workspace activations = Workspace.poisoning();
        Workspace gradients = Workspace.poisoning()) {
      DecoderModel model = DecoderModel.of(store, config);
      store.train();
      List<Integer> routed = new ArrayList<>();
      Observer observer =
          new Observer() {
            @Override
            public void routed(int layer, Tensor logits, Tensor chosen, Tensor weights) {
              routed.add(layer);
            }
          };
      RecordingOps ops = way.open(kernels, activations, gradients, observer);
      model.loss(ops, batch(activations, config.vocab()));
      Map<String, Double> losses = new TreeMap<>();
      for (Loss loss : ops.losses()) {
        losses.put(losses.size() + loss.name(), loss.total());
      }
      assertThat(gradients.usedBytes()).isZero();
      ops.backward(gradients);
      assertThat(activations.usedBytes()).isLessThanOrEqualTo(batchBytes(config.vocab()));
      Map<String, float[]> found = new TreeMap<>();
      for (Parameter parameter : store.parameters()) {
        Tensor gradient = parameter.gradient();
        if (gradient != null) {
          found.put(parameter.name(), gradient.toFloatArray());
        }
      }
      return new Found(losses, found, routed.size(), activations.peakBytes());
    }
  }

  private static long batchBytes(int vocab) {
    try (Workspace workspace = new Workspace()) {
      batch(workspace, vocab);
      return workspace.usedBytes();
    }
  }

  private static TrainingRows batch(Workspace workspace, int vocab) {
    RandomStream random = RandomStream.named(SEED, "batch");
    List<int[]> documents = new ArrayList<>();
    int all = 0;
    for (int length : LENGTHS) {
      int[] ids = new int[length];
      for (int i = 0; i < length; i++) {
        ids[i] = random.below(vocab, all++);
      }
      documents.add(ids);
    }
    TokenRows rows = TokenRows.packed(workspace, documents);
    Tensor targets = workspace.allocate(DType.I32, rows.ids().shape());
    for (int i = 0; i < all; i++) {
      targets.setInt(0, i, random.below(vocab, 1000L + i));
    }
    return TrainingRows.of(
        workspace,
        rows,
        targets,
        new TrainingRows.Counts(all, all - LENGTHS.length, LENGTHS.length),
        new TrainingRows.Factors(0.25f, 0.3f));
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void theBitsAreThoseOfARecordingThatKeepsEverything(
      DecoderConfig config, Supplier<Kernels> backend) {
    try (Kernels kernels = backend.get()) {
      Found kept = run(config, kernels, Way.KEEP);
      Found again = run(config, kernels, Way.RECOMPUTE);
      assertThat(again.losses).isEqualTo(kept.losses);
      assertThat(kept.losses.keySet().stream().anyMatch(name -> name.endsWith("balance")))
          .isEqualTo(config.experts().count() > 0);
      assertThat(again.gradients.keySet()).isEqualTo(kept.gradients.keySet());
      kept.gradients.forEach(
          (name, gradient) -> assertThat(again.gradients.get(name)).as(name).isEqualTo(gradient));
      assertThat(again.routed).isEqualTo(kept.routed);
      assertThat(kept.routed > 0).isEqualTo(config.experts().count() > 0);
      assertThat(again.peakBytes).isLessThan(kept.peakBytes);
    }
  }

  /// A gradient meets in a block ten readings of what was rounded: queries, keys, values and
  /// outputs of attention, norms of the query, the latent and the layer, gates, outputs of experts,
  /// and in the end the input that its own weight read. Each was off by at most 2⁻⁹ of itself (half
  /// of the last of 8 bits), and errors add at most linearly.
  private static final double READINGS_OF_A_BLOCK = 10;

  private static final double ROUNDING = 0x1p-9;

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void storedInBf16LossesAreTheSameBitsAndGradientsAreNear(
      DecoderConfig config, Supplier<Kernels> backend) {
    try (Kernels kernels = backend.get()) {
      Found kept = run(config, kernels, Way.KEEP);
      Found stored = run(config, kernels, Way.BF16);
      assertThat(stored.losses).isEqualTo(kept.losses);
      assertThat(stored.routed).isEqualTo(kept.routed);
      assertThat(stored.gradients.keySet()).isEqualTo(kept.gradients.keySet());
      double bound = (config.layers() + config.predictors()) * READINGS_OF_A_BLOCK * ROUNDING;
      int rounded = 0;
      for (String name : kept.gradients.keySet()) {
        double error = distance(kept.gradients.get(name), stored.gradients.get(name));
        assertThat(error).as(name).isLessThanOrEqualTo(bound);
        rounded += error > 0 ? 1 : 0;
      }
      assertThat(rounded).isGreaterThan(kept.gradients.size() / 2);
    }
  }

  /// The norm of the difference beside the norm.
  private static double distance(float[] expected, float[] found) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow((double) found[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }

  /// Half of what all blocks take, and the one that is read back.
  @Test
  void storedInBf16ActivationsOfManyBlocksTakeLittleMoreThanHalf() {
    DecoderConfig tiny = TinyConfigs.v3();
    int layers = 12;
    DecoderConfig config =
        new DecoderConfig(
            tiny.architecture(),
            tiny.vocab(),
            tiny.dim(),
            tiny.denseHidden(),
            layers,
            1,
            tiny.attention(),
            tiny.positions(),
            tiny.experts(),
            0,
            tiny.normEpsilon(),
            false);
    try (Kernels kernels = new VectorKernels(1)) {
      Found kept = run(config, kernels, Way.KEEP);
      Found stored = run(config, kernels, Way.BF16);
      double share = (double) stored.peakBytes / kept.peakBytes;
      assertThat(share).isLessThan(0.5 + 1.0 / layers);
    }
  }
}
