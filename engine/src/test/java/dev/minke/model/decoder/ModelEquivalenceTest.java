package dev.minke.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.autograd.EagerOps;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvLayout;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Tolerance;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CachedRows;
import dev.minke.model.CausalModel;
import dev.minke.model.KvCache;
import dev.minke.model.TokenRows;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.lang.foreign.Arena;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Ways to the same logits: packed or apart, with a cache or without, expanded or absorbed.
class ModelEquivalenceTest {
  private static final long SEED = 9;
  private static final RandomStream IDS = RandomStream.named(SEED, "ids");

  /// A tile, a bit of the next, and pages that do not lie in order.
  private static final int LENGTH = KvView.TILE + 7;

  private static final int[] PAGES = {2, 0};

  /// Roundings on the way to a logit of these models: two blocks of about a dozen operations with
  /// sums of at most [#LENGTH] terms, each of which may pass its error on to the next.
  private static final int ROUNDINGS = 2 * 12 * LENGTH;

  static Stream<Arguments> modelsOnBackends() {
    List<Supplier<Kernels>> backends =
        List.of(ReferenceKernels::new, () -> new VectorKernels(1), () -> new VectorKernels(2));
    return TinyConfigs.all().stream()
        .flatMap(config -> backends.stream().map(backend -> Arguments.of(config, backend)));
  }

  private static int[] ids(int from, int count, int vocab) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = IDS.below(vocab, from + i);
    }
    return ids;
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void packedEqualsApart(DecoderConfig config, Supplier<Kernels> backend) {
    List<int[]> sequences =
        List.of(
            ids(0, 3, config.vocab()), ids(9, LENGTH, config.vocab()), ids(99, 1, config.vocab()));
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3)) {
      DecoderModel model = DecoderModel.of(store, config);
      List<float[]> apart = new ArrayList<>();
      for (int[] sequence : sequences) {
        apart.addAll(logits(model, kernels, List.of(sequence)));
      }
      assertSameBits(logits(model, kernels, sequences), apart);
    }
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void tokenByTokenWithCacheEqualsWholeSequence(DecoderConfig config, Supplier<Kernels> backend) {
    int[] ids = ids(0, LENGTH, config.vocab());
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3)) {
      DecoderModel model = DecoderModel.of(store, config);
      List<float[]> whole = logits(model, kernels, List.of(ids));
      assertSameBits(cached(model, kernels, ids, 1, AttentionForm.EXPANDED), whole);
      assertSameBits(cached(model, kernels, ids, 13, AttentionForm.EXPANDED), whole);
    }
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void absorbedEqualsExpandedWithinRounding(DecoderConfig config, Supplier<Kernels> backend) {
    int[] ids = ids(0, LENGTH, config.vocab());
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3)) {
      DecoderModel model = DecoderModel.of(store, config);
      List<float[]> expanded = logits(model, kernels, List.of(ids));
      List<float[]> absorbed = cached(model, kernels, ids, 13, AttentionForm.ABSORBED);
      for (int row = 0; row < ids.length; row++) {
        double norm = 0;
        double difference = 0;
        for (int v = 0; v < config.vocab(); v++) {
          norm = Math.hypot(norm, expanded.get(row)[v]);
          difference = Math.hypot(difference, expanded.get(row)[v] - absorbed.get(row)[v]);
        }
        assertThat(difference)
            .as("position %d", row)
            .isLessThan(Tolerance.relative(ROUNDINGS, norm));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void absorbedDoesNotDependOnHowManyPositionsComeAtOnce(
      DecoderConfig config, Supplier<Kernels> backend) {
    int[] ids = ids(0, LENGTH, config.vocab());
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3)) {
      DecoderModel model = DecoderModel.of(store, config);
      assertSameBits(
          cached(model, kernels, ids, 1, AttentionForm.ABSORBED),
          cached(model, kernels, ids, 13, AttentionForm.ABSORBED));
    }
  }

  /// Formats that round and that a model can have.
  private static List<CacheFormat> formats(DecoderConfig config) {
    return config.attention() instanceof DecoderConfig.Latent
        ? List.of(CacheFormat.BF16, CacheFormat.FP8)
        : List.of(CacheFormat.BF16);
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void aCacheThatRoundsGivesTheSameBitsHoweverManyPositionsComeAtOnce(
      DecoderConfig config, Supplier<Kernels> backend) {
    int[] ids = ids(0, LENGTH, config.vocab());
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3)) {
      DecoderModel model = DecoderModel.of(store, config);
      for (CacheFormat format : formats(config)) {
        for (AttentionForm form : AttentionForm.values()) {
          List<float[]> one = cached(model, kernels, ids, 1, form, format);
          assertSameBits(cached(model, kernels, ids, 13, form, format), one);
          assertSameBits(cached(model, kernels, ids, LENGTH, form, format), one);
        }
      }
    }
  }

  /// Kernels whose cache in F32 holds what another format would.
  private static Kernels rounding(Kernels kernels, KvLayout layout, Arena arena) {
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (_, method, arguments) -> {
              if (method.getName().equals("encode")) {
                Tensor x = (Tensor) arguments[0];
                KvRows rows =
                    layout.over(Tensor.allocate(arena, layout.dtype(), layout.shape(x.size(0))));
                kernels.encode(x, rows);
                kernels.decode(rows, ((KvRows) arguments[1]).numbers());
                return null;
              }
              return method.invoke(kernels, arguments);
            });
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void aCacheThatRoundsGivesTheBitsOfOneOfRoundedNumbers(
      DecoderConfig config, Supplier<Kernels> backend) {
    int[] ids = ids(0, LENGTH, config.vocab());
    try (Kernels kernels = backend.get();
        Arena arena = Arena.ofShared();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3)) {
      DecoderModel model = DecoderModel.of(store, config);
      for (CacheFormat format : formats(config)) {
        Kernels rounding = rounding(kernels, model.cacheShape().layout(format), arena);
        for (AttentionForm form : AttentionForm.values()) {
          List<float[]> found = cached(model, kernels, ids, 13, form, format);
          assertSameBits(found, cached(model, rounding, ids, 13, form));
          assertThat(found.getLast()).isNotEqualTo(cached(model, kernels, ids, 13, form).getLast());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void bothFormsInOneStepGiveTheBitsOfEachAlone(DecoderConfig config, Supplier<Kernels> backend) {
    int[] ids = ids(0, LENGTH, config.vocab());
    int[] other = ids(5, 9, config.vocab());
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3);
        Arena arena = Arena.ofShared();
        Workspace workspace = Workspace.poisoning()) {
      DecoderModel model = DecoderModel.of(store, config);
      KvCache cache = cache(arena, model.cacheShape(), CacheFormat.F32);
      EagerOps ops = new EagerOps(kernels, workspace);
      var early = new KvView.Sequence(0, 4, 4, new KvView.Location.Pages(new int[] {1}));
      int[] first = Arrays.copyOf(other, 4);
      head(
          model,
          ops,
          model.hidden(
              ops, CachedRows.of(rows(workspace, first, 0, early), AttentionForm.ABSORBED), cache));
      var prompt =
          new KvView.Sequence(0, LENGTH, LENGTH, new KvView.Location.Pages(new int[] {2, 0}));
      var late = new KvView.Sequence(LENGTH, 5, 9, new KvView.Location.Pages(new int[] {1}));
      int[] both = Arrays.copyOf(ids, LENGTH + 5);
      System.arraycopy(other, 4, both, LENGTH, 5);
      Tensor positions = workspace.allocate(DType.I32, Shape.of(both.length));
      for (int i = 0; i < both.length; i++) {
        positions.setInt(0, i, i < LENGTH ? i : i - LENGTH + 4);
      }
      TokenRows rows =
          new TokenRows(
              Tensor.of(arena, Shape.of(both.length), both), positions, List.of(prompt, late));
      List<float[]> found = head(model, ops, model.hidden(ops, new CachedRows(rows, 1), cache));
      assertSameBits(found.subList(0, LENGTH), logits(model, kernels, List.of(ids)));
      assertSameBits(
          found.subList(LENGTH, LENGTH + 5),
          cached(model, kernels, other, 1, AttentionForm.ABSORBED).subList(4, 9));
    }
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void thePredictorWithCacheGivesTheBitsOfTheWholeSequence(
      DecoderConfig base, Supplier<Kernels> backend) {
    DecoderConfig config = base.withPredictors(1);
    int[] ids = ids(0, LENGTH + 1, config.vocab());
    try (Kernels kernels = backend.get();
        ParameterStore store = new ParameterStore(DType.F32, SEED, 0.3);
        Workspace workspace = Workspace.poisoning()) {
      DecoderModel model = DecoderModel.of(store, config);
      EagerOps ops = new EagerOps(kernels, workspace);
      TokenRows rows = TokenRows.packed(workspace, List.of(ids));
      Tensor predicted = model.predicted(ops, model.hidden(ops, rows), rows);
      List<float[]> whole = head(model, ops, predicted.rows(0, LENGTH));
      assertSameBits(predicted(model, kernels, ids, 1), whole);
      assertSameBits(predicted(model, kernels, ids, 13), whole);
      assertSameBits(predicted(model, kernels, ids, LENGTH), whole);
    }
  }

  /// Logits of the predictor for all positions but the last, some at a time, the older ones in a
  /// paged cache.
  private static List<float[]> predicted(DecoderModel model, Kernels kernels, int[] ids, int step) {
    List<float[]> logits = new ArrayList<>();
    try (Arena arena = Arena.ofShared();
        Workspace workspace = Workspace.poisoning()) {
      KvCache cache = cache(arena, model.cacheShape().withMore(1), CacheFormat.F32);
      for (int from = 0; from < ids.length - 1; from += step) {
        Workspace.Mark mark = workspace.mark();
        int to = Math.min(from + step, ids.length - 1);
        var sequence = new KvView.Sequence(0, to - from, to, new KvView.Location.Pages(PAGES));
        EagerOps ops = new EagerOps(kernels, workspace);
        TokenRows rows = rows(workspace, Arrays.copyOfRange(ids, from, to), from, sequence);
        TokenRows next = rows(workspace, Arrays.copyOfRange(ids, from + 1, to + 1), from, sequence);
        Tensor hidden = model.hidden(ops, CachedRows.of(rows, AttentionForm.EXPANDED), cache);
        Tensor predicted =
            model.predicted(ops, hidden, CachedRows.of(next, AttentionForm.EXPANDED), cache);
        logits.addAll(head(model, ops, predicted));
        workspace.release(mark);
      }
    }
    return logits;
  }

  private static TokenRows rows(
      Workspace workspace, int[] ids, int first, KvView.Sequence sequence) {
    Tensor newest = workspace.allocate(DType.I32, Shape.of(ids.length));
    Tensor positions = workspace.allocate(DType.I32, Shape.of(ids.length));
    for (int i = 0; i < ids.length; i++) {
      newest.setInt(0, i, ids[i]);
      positions.setInt(0, i, first + i);
    }
    return new TokenRows(newest, positions, List.of(sequence));
  }

  private static void assertSameBits(List<float[]> found, List<float[]> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int row = 0; row < found.size(); row++) {
      assertThat(found.get(row))
          .as("position %d", row)
          .isEqualTo(expected.get(row))
          .doesNotContain(Float.NaN);
    }
  }

  /// Logits of each position, without a cache.
  private static List<float[]> logits(DecoderModel model, Kernels kernels, List<int[]> sequences) {
    try (Workspace workspace = Workspace.poisoning()) {
      EagerOps ops = new EagerOps(kernels, workspace);
      return head(model, ops, model.hidden(ops, TokenRows.packed(workspace, sequences)));
    }
  }

  /// Logits of each position, some positions at a time, the older ones in a paged cache.
  private static List<float[]> cached(
      DecoderModel model, Kernels kernels, int[] ids, int step, AttentionForm form) {
    return cached(model, kernels, ids, step, form, CacheFormat.F32);
  }

  private static List<float[]> cached(
      DecoderModel model,
      Kernels kernels,
      int[] ids,
      int step,
      AttentionForm form,
      CacheFormat format) {
    List<float[]> logits = new ArrayList<>();
    try (Arena arena = Arena.ofShared();
        Workspace workspace = Workspace.poisoning()) {
      KvCache cache = cache(arena, model.cacheShape(), format);
      for (int from = 0; from < ids.length; from += step) {
        Workspace.Mark mark = workspace.mark();
        int count = Math.min(step, ids.length - from);
        var sequence =
            new KvView.Sequence(0, count, from + count, new KvView.Location.Pages(PAGES));
        EagerOps ops = new EagerOps(kernels, workspace);
        int[] newest = Arrays.copyOfRange(ids, from, from + count);
        TokenRows rows = rows(workspace, newest, from, sequence);
        logits.addAll(head(model, ops, model.hidden(ops, CachedRows.of(rows, form), cache)));
        workspace.release(mark);
      }
    }
    return logits;
  }

  private static KvCache cache(Arena arena, CausalModel.CacheShape shape, CacheFormat format) {
    KvLayout layout = shape.layout(format);
    List<KvRows> layers = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      Tensor rows = Tensor.allocate(arena, layout.dtype(), layout.shape(3 * KvView.TILE));
      rows.segment().fill((byte) 0xFF); // NaN in every format
      layers.add(layout.over(rows));
    }
    return new KvCache(layers);
  }

  private static List<float[]> head(DecoderModel model, EagerOps ops, Tensor hidden) {
    Tensor logits = ops.workspace().allocate(hidden.size(0), model.vocab());
    var weight = model.head().matrix(ops.kernels(), Orientation.FORWARD);
    ops.kernels().matmul(hidden, weight, logits, false);
    List<float[]> rows = new ArrayList<>();
    for (int row = 0; row < logits.size(0); row++) {
      rows.add(logits.rows(row, row + 1).toFloatArray());
    }
    return rows;
  }
}
