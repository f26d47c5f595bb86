package dev.minke.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Loss;
import dev.minke.autograd.Observer;
import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.autograd.RecordingOps;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The losses of a sequence are its own: the same bits alone, packed with others, or padded.
class SequenceLossesTest {
  private static final long SEED = 11;

  /// Shorter and longer than the lanes of a sum and a tile of attention, and one without a token
  /// after next.
  private static final int[] LENGTHS = {20, KvView.TILE + 7, 1, 3};

  /// @param ids of the tokens
  /// @param targets for each; negative for none
  private record Example(int[] ids, int[] targets) {
    /// Every seventh position has nothing to predict. Id 0 does not occur.
    static Example random(int index, int length, int vocab) {
      RandomStream random = new RandomStream(SEED, index);
      int[] ids = new int[length];
      int[] targets = new int[length];
      for (int i = 0; i < length; i++) {
        ids[i] = 1 + random.below(vocab - 1, i);
        targets[i] = i % 7 == 5 ? -1 : random.below(vocab, 1000L + i);
      }
      return new Example(ids, targets);
    }

    Example padded(int length) {
      int[] longer = Arrays.copyOf(ids, length);
      int[] none = Arrays.copyOf(targets, length);
      Arrays.fill(longer, ids.length, length, 2);
      Arrays.fill(none, ids.length, length, -1);
      return new Example(longer, none);
    }
  }

  private static List<Example> examples(DecoderConfig config) {
    List<Example> examples = new ArrayList<>();
    for (int length : LENGTHS) {
      examples.add(Example.random(examples.size(), length, config.vocab()));
    }
    return examples;
  }

  static Stream<Arguments> modelsOnBackends() {
    List<Supplier<Kernels>> backends =
        List.of(
            ReferenceKernels::new,
            () -> new VectorKernels(1),
            () -> new VectorKernels(2),
            () -> new VectorKernels(5));
    return TinyConfigs.all().stream()
        .flatMap(config -> backends.stream().map(backend -> Arguments.of(config, backend)));
  }

  private static void loss(DecoderModel model, Ops ops, List<Example> examples) {
    TokenRows rows =
        TokenRows.packed(ops.workspace(), examples.stream().map(Example::ids).toList());
    Tensor targets = ops.workspace().allocate(DType.I32, rows.ids().shape());
    int row = 0;
    for (Example example : examples) {
      for (int target : example.targets) {
        targets.setInt(0, row++, target);
      }
    }
    var counts = new TrainingRows.Counts(100, 90, 4);
    var factors = new TrainingRows.Factors(0.5f, 0.3f);
    model.loss(ops, TrainingRows.of(ops.workspace(), rows, targets, counts, factors));
  }

  /// Adds the losses of each sequence to what is there, by term.
  private static void collect(
      DecoderModel model,
      Kernels kernels,
      List<Example> examples,
      Map<String, List<Float>> losses) {
    try (Workspace workspace = Workspace.poisoning()) {
      EagerOps ops = new EagerOps(kernels, workspace);
      loss(model, ops, examples);
      Map<String, Integer> seen = new TreeMap<>();
      for (Loss loss : ops.losses()) {
        String term = loss.name() + seen.merge(loss.name(), 1, Integer::sum);
        for (float value : loss.values().toFloatArray()) {
          losses.computeIfAbsent(term, _ -> new ArrayList<>()).add(value);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void lossesOfFourTogetherAreThoseOfFourAlone(DecoderConfig config, Supplier<Kernels> backend) {
    Map<String, List<Float>> together = new TreeMap<>();
    Map<String, List<Float>> alone = new TreeMap<>();
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3)) {
      DecoderModel model = DecoderModel.of(store, config);
      collect(model, kernels, examples(config), together);
      for (Example example : examples(config)) {
        collect(model, kernels, List.of(example), alone);
      }
    }
    assertThat(together).isEqualTo(alone);
    assertThat(together.get("tokens1")).hasSize(4).doesNotContain(0f, Float.NaN);
    if (config.experts().count() > 0) {
      assertThat(together.get("balance1")).hasSize(4).doesNotContain(0f, Float.NaN);
    }
    if (config.predictors() > 0) {
      assertThat(together.get("mtp1")).hasSize(4).doesNotContain(Float.NaN);
      // The sequence of one token has nothing to predict.
      assertThat(together.get("mtp1").get(2)).isZero();
      assertThat(together.get("balance2")).hasSize(3).doesNotContain(0f, Float.NaN);
    }
  }

  /// What is not predicted counts in the balance of experts, so padding changes that loss.
  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void paddingDoesNotChangeLossesOfTokens(DecoderConfig config, Supplier<Kernels> backend) {
    Map<String, List<Float>> plain = new TreeMap<>();
    Map<String, List<Float>> padded = new TreeMap<>();
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3)) {
      DecoderModel model = DecoderModel.of(store, config);
      List<Example> examples = examples(config);
      collect(model, kernels, examples, plain);
      int longest = Arrays.stream(LENGTHS).max().orElseThrow();
      collect(model, kernels, examples.stream().map(one -> one.padded(longest)).toList(), padded);
    }
    assertThat(padded.get("tokens1")).isEqualTo(plain.get("tokens1"));
    assertThat(padded.get("mtp1")).isEqualTo(plain.get("mtp1"));
  }

  /// The last row of a sequence has no next token; the predictor puts the embedding of id 0 there,
  /// which occurs nowhere else. Neither a loss nor a gradient knows of it.
  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void thePredictorsLastRowMeansNothing(DecoderConfig config, Supplier<Kernels> backend) {
    assumeFalse(config.tiedHead(), "the head reads the whole table");
    Map<String, List<Float>> before = new TreeMap<>();
    Map<String, List<Float>> after = new TreeMap<>();
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3);
        Workspace workspace = Workspace.poisoning();
        Workspace gradients = Workspace.poisoning()) {
      DecoderModel model = DecoderModel.of(store, config);
      store.train();
      RecordingOps ops = new RecordingOps(kernels, workspace, Observer.NONE);
      loss(model, ops, examples(config));
      ops.backward(gradients);
      Parameter embedding = model.embedding().table();
      Tensor gradient = Objects.requireNonNull(embedding.gradient());
      assertThat(gradient.rows(0, 1).toFloatArray()).containsOnly(0f);
      assertThat(gradient.rows(2, 3).toFloatArray()).doesNotContain(0f);
      collect(model, kernels, examples(config), before);
      kernels.fill(embedding.value().rows(0, 1), 3);
      embedding.changed();
      collect(model, kernels, examples(config), after);
    }
    assertThat(after).isEqualTo(before);
  }
}
