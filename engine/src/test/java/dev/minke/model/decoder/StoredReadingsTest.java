package dev.minke.model.decoder;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.autograd.Observer;
import dev.minke.autograd.RecordingOps;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.model.TokenRows;
import dev.minke.model.TrainingRows;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.Bf16;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What kernels of backward are handed where activations were stored in BF16: indices, choices and
/// one number a row as forward left them, everything else rounded once.
class StoredReadingsTest {
  private static final long SEED = 15;

  /// Parameters of a kernel of backward that it must get as they were.
  private static final Map<String, List<Integer>> EXACT =
      Map.ofEntries(
          entry("feedForwardGradient", List.of(3)),
          entry("groupedWeightGradient", List.of(2)),
          entry("rmsNormInputGradient", List.of(3)),
          entry("rmsNormGainGradient", List.of(2)),
          entry("attentionGradient", List.of(5)),
          entry("routeGradient", List.of(1, 2)),
          entry("gatherSlotsGradient", List.of(1)),
          entry("combineInputGradient", List.of(1, 2)),
          entry("combineWeightGradient", List.of(2)),
          entry("balanceLossGradient", List.of(1, 2)));

  /// Those that may be rounded; of a view, its keys and its values.
  private static final Map<String, List<Integer>> ROUNDED =
      Map.of(
          "weightGradient", List.of(1),
          "groupedWeightGradient", List.of(1),
          "rmsNormInputGradient", List.of(1),
          "rmsNormGainGradient", List.of(1),
          "feedForwardGradient", List.of(4),
          "attentionGradient", List.of(1, 2, 4),
          "combineWeightGradient", List.of(1));

  /// A tensor that a kernel was handed.
  ///
  /// @param what kernel and parameter
  private record Reading(String what, boolean isExact, List<Float> values) {}

  private static Stream<DecoderConfig> models() {
    return TinyConfigs.all().stream();
  }

  @ParameterizedTest
  @MethodSource("models")
  void isRoundedOnceOrNotAtAll(DecoderConfig config) {
    List<Reading> kept = readings(config, false);
    List<Reading> stored = readings(config, true);
    assertThat(stored).hasSameSizeAs(kept);
    Set<String> rounded = new HashSet<>();
    Set<String> all = new HashSet<>();
    for (int i = 0; i < kept.size(); i++) {
      Reading before = kept.get(i);
      Reading after = stored.get(i);
      String what = "%d: %s".formatted(i, before.what);
      assertThat(after.what).as(what).isEqualTo(before.what);
      if (before.isExact) {
        assertThat(after.values).as(what).isEqualTo(before.values);
      } else {
        all.add(before.what);
        // What lies between blocks is not stored, and not rounded.
        if (!after.values.equals(before.values)) {
          assertThat(after.values).as(what).isEqualTo(nearest(before.values));
          rounded.add(before.what);
        }
      }
    }
    assertThat(rounded).isEqualTo(all).hasSizeGreaterThanOrEqualTo(ROUNDED.size());
  }

  private static List<Float> nearest(List<Float> values) {
    return values.stream().map(value -> Bf16.toFloat(Bf16.of(value))).toList();
  }

  /// What kernels of backward read, in order.
  private static List<Reading> readings(DecoderConfig config, boolean stores) {
    List<Reading> readings = new ArrayList<>();
    try (ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3);
        Kernels kernels = listening(new ReferenceKernels(), readings);
        Workspace activations = Workspace.poisoning();
        Workspace gradients = Workspace.poisoning()) {
      DecoderModel model = DecoderModel.of(store, config);
      store.train();
      RecordingOps ops =
          stores
              ? RecordingOps.storingBf16(kernels, activations, Observer.NONE, gradients)
              : new RecordingOps(kernels, activations, Observer.NONE);
      model.loss(ops, batch(activations, config.vocab()));
      ops.backward(gradients);
    }
    return readings;
  }

  private static Kernels listening(Kernels kernels, List<Reading> readings) {
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (_, method, arguments) -> {
              String name = method.getName();
              for (int i : EXACT.getOrDefault(name, List.of())) {
                hear(name + " " + i, true, arguments[i], readings);
              }
              for (int i : ROUNDED.getOrDefault(name, List.of())) {
                hear(name + " " + i, false, arguments[i], readings);
              }
              try {
                return method.invoke(kernels, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static void hear(
      String what, boolean isExact, @Nullable Object argument, List<Reading> readings) {
    switch (argument) {
      case KvView view -> {
        hear(what + " keys", isExact, view.tensors().keys(), readings);
        hear(what + " values", isExact, view.tensors().values(), readings);
      }
      // No offsets: a layer that all rows meet.
      case null -> {}
      case Tensor x -> readings.add(new Reading(what, isExact, values(x)));
      default -> throw new IllegalArgumentException(what + ": expected a tensor");
    }
  }

  private static List<Float> values(Tensor x) {
    List<Float> values = new ArrayList<>();
    if (x.dtype() == DType.I32) {
      for (int value : x.toIntArray()) {
        values.add((float) value);
      }
    } else {
      for (float value : x.toFloatArray()) {
        values.add(value);
      }
    }
    return values;
  }

  private static TrainingRows batch(Workspace workspace, int vocab) {
    RandomStream random = RandomStream.named(SEED, "batch");
    int[] ids = new int[12];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.below(vocab, i);
    }
    TokenRows rows = TokenRows.packed(workspace, List.of(ids));
    Tensor targets = workspace.allocate(DType.I32, rows.ids().shape());
    for (int i = 0; i < ids.length; i++) {
      targets.setInt(0, i, random.below(vocab, 1000L + i));
    }
    return TrainingRows.of(
        workspace,
        rows,
        targets,
        new TrainingRows.Counts(ids.length, ids.length - 1, 1),
        new TrainingRows.Factors(0.25f, 0.3f));
  }
}
