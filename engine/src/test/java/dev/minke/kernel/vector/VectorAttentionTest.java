package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvLayout;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Tolerance;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Attention near the obvious loop, and equal to itself however its positions lie.
class VectorAttentionTest {
  /// Sizes of a call.
  private record Sizes(int heads, int kvHeads, int keyDim, int valueDim) {
    float scale() {
      return (float) (1 / Math.sqrt(keyDim));
    }
  }

  /// What gradients begin with.
  private enum Begin {
    NUMBERS,
    ZEROS,
    OVERWRITTEN
  }

  /// Results of both directions over packed sequences.
  private static List<Tensor> run(
      Arena arena, Kernels kernels, Sizes sizes, Begin begin, int... lengths) {
    int tokens = Arrays.stream(lengths).sum();
    Tensor query = Samples.strided(arena, 1, tokens, sizes.heads, sizes.keyDim);
    Tensor keys = Samples.normal(arena, 2, tokens, sizes.kvHeads, sizes.keyDim);
    Tensor values = Samples.strided(arena, 3, tokens, sizes.kvHeads, sizes.valueDim);
    Tensor dOut = Samples.normal(arena, 4, tokens, sizes.heads, sizes.valueDim);
    Tensor out = Samples.normal(arena, 5, tokens, sizes.heads, sizes.valueDim);
    Tensor logSumExp = Samples.normal(arena, 6, tokens, sizes.heads);
    Tensor dQuery = Samples.strided(arena, 7, tokens, sizes.heads, sizes.keyDim);
    Tensor dKeys = Samples.normal(arena, 8, tokens, sizes.kvHeads, sizes.keyDim);
    Tensor dValues = Samples.strided(arena, 9, tokens, sizes.kvHeads, sizes.valueDim);
    KvView view = KvView.packed(keys, values, lengths);
    kernels.attention(query, view, sizes.scale(), out, logSumExp);
    boolean accumulate = begin != Begin.OVERWRITTEN;
    if (begin == Begin.ZEROS) {
      List.of(dQuery, dKeys, dValues).forEach(gradient -> kernels.fill(gradient, 0));
    }
    kernels.attentionGradient(
        dOut, query, view, sizes.scale(), out, logSumExp, dQuery, dKeys, dValues, accumulate);
    return List.of(out, logSumExp, dQuery, dKeys, dValues);
  }

  /// The bound is relative to the largest element: both backends round alike but for exponentials.
  @ParameterizedTest
  @CsvSource({"1,1,8,8", "2,2,24,16", "4,1,33,7", "4,2,48,32", "3,3,5,64", "2,1,192,128"})
  void bothDirectionsAreNearTheObviousLoop(int heads, int kvHeads, int keyDim, int valueDim) {
    Sizes sizes = new Sizes(heads, kvHeads, keyDim, valueDim);
    int[] lengths = {1, 3, 64, 65, 130};
    try (Arena arena = Arena.ofConfined();
        VectorKernels fast = new VectorKernels(2)) {
      List<Tensor> expected = run(arena, new ReferenceKernels(), sizes, Begin.NUMBERS, lengths);
      List<Tensor> found = run(arena, fast, sizes, Begin.NUMBERS, lengths);
      for (int i = 0; i < expected.size(); i++) {
        float[] truth = expected.get(i).root().toFloatArray();
        float[] ours = found.get(i).root().toFloatArray();
        double largest = 0;
        for (float value : truth) {
          largest = Math.max(largest, Math.abs(value));
        }
        double bound = Tolerance.relative(130L + keyDim + valueDim, largest);
        for (int at = 0; at < truth.length; at++) {
          assertThat((double) ours[at])
              .as("result %d, element %d", i, at)
              .isCloseTo(truth[at], within(bound));
        }
      }
    }
  }

  @Test
  void gradientsOverwrittenAreThoseAddedToZeros() {
    Sizes sizes = new Sizes(4, 2, 41, 25);
    int[] lengths = {1, 64, 99};
    try (Arena arena = Arena.ofConfined();
        VectorKernels kernels = new VectorKernels(2)) {
      List<Tensor> written = run(arena, kernels, sizes, Begin.OVERWRITTEN, lengths);
      List<Tensor> added = run(arena, kernels, sizes, Begin.ZEROS, lengths);
      for (int i = 0; i < written.size(); i++) {
        // Rows, without what lies between them.
        assertThat(written.get(i).toFloatArray())
            .as("result %d", i)
            .isEqualTo(added.get(i).toFloatArray());
      }
    }
  }

  @Test
  void aSequenceDoesNotDependOnThoseBesideIt() {
    Sizes sizes = new Sizes(4, 2, 40, 24);
    int[] lengths = {70, 130, 5};
    int tokens = 205;
    try (Arena arena = Arena.ofConfined();
        VectorKernels kernels = new VectorKernels(5)) {
      Tensor query = Samples.normal(arena, 1, tokens, 4, 40);
      Tensor keys = Samples.normal(arena, 2, tokens, 2, 40);
      Tensor values = Samples.normal(arena, 3, tokens, 2, 24);
      Tensor together = Samples.normal(arena, 4, tokens, 4, 24);
      Tensor apart = Samples.normal(arena, 5, tokens, 4, 24);
      Tensor logSumExp = Samples.normal(arena, 6, tokens, 4);
      KvView all = KvView.packed(keys, values, lengths);
      kernels.attention(query, all, sizes.scale(), together, logSumExp);
      int row = 0;
      for (int length : lengths) {
        int end = row + length;
        KvView one = KvView.packed(keys.rows(row, end), values.rows(row, end), length);
        kernels.attention(
            query.rows(row, end),
            one,
            sizes.scale(),
            apart.rows(row, end),
            logSumExp.rows(row, end));
        row = end;
      }
      assertThat(apart.toFloatArray()).isEqualTo(together.toFloatArray());
    }
  }

  /// One token at a time over shuffled pages against all at once over rows.
  @Test
  void cachedInPagesEqualsUncached() {
    int length = 150;
    Sizes sizes = new Sizes(6, 1, 40, 32);
    int[] pages = {3, 0, 2};
    try (Arena arena = Arena.ofConfined();
        VectorKernels kernels = new VectorKernels(2)) {
      Tensor query = Samples.normal(arena, 1, length, 6, 40);
      Tensor keys = Samples.normal(arena, 2, length, 1, 40);
      // Values are the first columns of keys, as in the latent cache.
      Tensor pageKeys = Samples.normal(arena, 3, 4 * KvView.TILE, 1, 40);
      for (int position = 0; position < length; position++) {
        int row = pages[position / KvView.TILE] * KvView.TILE + position % KvView.TILE;
        kernels.copy(keys.rows(position, position + 1), pageKeys.rows(row, row + 1));
      }
      Tensor whole = Samples.normal(arena, 4, length, 6, 32);
      Tensor logSumExp = Samples.normal(arena, 5, length, 6);
      KvView all = KvView.packed(keys, keys.columns(0, 32), length);
      kernels.attention(query, all, sizes.scale(), whole, logSumExp);
      Tensor stepwise = Samples.normal(arena, 6, length, 6, 32);
      for (int position = 0; position < length; position++) {
        var sequence = new KvView.Sequence(0, 1, position + 1, new KvView.Location.Pages(pages));
        kernels.attention(
            query.rows(position, position + 1),
            new KvView(pageKeys, pageKeys.columns(0, 32), List.of(sequence)),
            sizes.scale(),
            stepwise.rows(position, position + 1),
            logSumExp.rows(position, position + 1));
      }
      assertThat(stepwise.toFloatArray()).isEqualTo(whole.toFloatArray());
    }
  }

  /// However many of the last queries come at once: one, a few, half a panel, some panels.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 6, 8, 16, 17, 40, 75, 149})
  void theLastQueriesAloneGiveWhatTheyGiveAmongAll(int queries) {
    int length = 150;
    Sizes sizes = new Sizes(3, 3, 40, 20);
    try (Arena arena = Arena.ofConfined();
        VectorKernels kernels = new VectorKernels(2)) {
      Tensor query = Samples.strided(arena, 1, length, 3, 40);
      Tensor keys = Samples.normal(arena, 2, length, 3, 40);
      Tensor values = Samples.strided(arena, 3, length, 3, 20);
      Tensor whole = Samples.normal(arena, 4, length, 3, 20);
      Tensor sums = Samples.normal(arena, 5, length, 3);
      KvView all = KvView.packed(keys, values, length);
      kernels.attention(query, all, sizes.scale(), whole, sums);
      Tensor last = Samples.normal(arena, 6, queries, 3, 20);
      Tensor lastSums = Samples.normal(arena, 7, queries, 3);
      var sequence = new KvView.Sequence(0, queries, length, new KvView.Location.Rows(0));
      int first = length - queries;
      kernels.attention(
          query.rows(first, length),
          new KvView(keys, values, List.of(sequence)),
          sizes.scale(),
          last,
          lastSums);
      assertThat(last.toFloatArray()).isEqualTo(whole.rows(first, length).toFloatArray());
      assertThat(lastSums.toFloatArray()).isEqualTo(sums.rows(first, length).toFloatArray());
    }
  }

  /// Answers to prompts with two beginnings, beside others: each as if it were alone. The pages of
  /// the others' positions hold other numbers.
  @ParameterizedTest
  @CsvSource({"1,1,3", "4,1,2", "4,4,5", "3,3,20", "2,2,70", "16,1,6", "12,2,9", "2,1,1"})
  void sequencesThatBeginAlikeAreAsIfAlone(int heads, int kvHeads, int count) {
    Sizes sizes = new Sizes(heads, kvHeads, 40, 24);
    int others = 2;
    try (Arena arena = Arena.ofConfined();
        VectorKernels kernels = new VectorKernels(3)) {
      List<KvView.Sequence> sequences = new ArrayList<>();
      int page = 4;
      for (int i = 0; i < count; i++) {
        // Two beginnings, the rows of one between those of the other.
        int[] pages =
            i % 3 == 2
                ? new int[] {1, page++, page++, page++, page++}
                : new int[] {2, 0, i % 4 == 1 ? page++ : 3, page++, page++};
        int length = 3 * KvView.TILE + 11 * i % 120 + 1;
        sequences.add(new KvView.Sequence(others + i, 1, length, new KvView.Location.Pages(pages)));
      }
      int[] apart = {page++, page++};
      var other = new KvView.Sequence(0, others, 70, new KvView.Location.Pages(apart));
      int[] few = {2};
      int last = others + count;
      var young = new KvView.Sequence(last, 1, 17, new KvView.Location.Pages(few));
      List<KvView.Sequence> all = new ArrayList<>(List.of(other));
      all.addAll(sequences);
      all.add(young);
      int rows = page * KvView.TILE;
      Tensor query = Samples.strided(arena, 1, last + 1, heads, 40);
      Tensor keys = Samples.normal(arena, 2, rows, kvHeads, 40);
      Tensor values = Samples.strided(arena, 3, rows, kvHeads, 24);
      Tensor together = Samples.normal(arena, 4, last + 1, heads, 24);
      Tensor sums = Samples.normal(arena, 5, last + 1, heads);
      kernels.attention(query, new KvView(keys, values, all), sizes.scale(), together, sums);
      for (KvView.Sequence one : all) {
        int from = one.firstQuery();
        int to = from + one.queries();
        var alone = new KvView.Sequence(0, one.queries(), one.length(), one.location());
        Tensor out = Samples.normal(arena, 6, one.queries(), heads, 24);
        Tensor sum = Samples.normal(arena, 7, one.queries(), heads);
        kernels.attention(
            query.rows(from, to),
            new KvView(keys, values, List.of(alone)),
            sizes.scale(),
            out,
            sum);
        assertThat(together.rows(from, to).toFloatArray()).isEqualTo(out.toFloatArray());
        assertThat(sums.rows(from, to).toFloatArray()).isEqualTo(sum.toFloatArray());
      }
    }
  }

  /// A row, a few, half a panel, a panel and more, of heads that share what is read.
  @ParameterizedTest
  @CsvSource({
    "FP8,1,1",
    "FP8,1,2",
    "FP8,3,5",
    "FP8,16,1",
    "FP8,16,9",
    "BF16,1,1",
    "BF16,3,5",
    "BF16,16,9"
  })
  void aCacheThatRoundsIsReadAsIfItWereWidened(CacheFormat format, int heads, int queries) {
    KvLayout layout = new KvLayout(format, 136, 24);
    int[] pages = {3, 0, 2};
    try (Arena arena = Arena.ofConfined();
        VectorKernels fast = new VectorKernels(2)) {
      for (Kernels kernels : List.of(new ReferenceKernels(), fast)) {
        int count = 4 * KvView.TILE;
        KvRows rows = layout.over(Tensor.allocate(arena, layout.dtype(), layout.shape(count)));
        kernels.encode(Samples.normal(arena, 1, count, layout.width()), rows);
        Tensor wide = Samples.normal(arena, 2, count, layout.width());
        kernels.decode(rows, wide);
        Tensor keys = wide.reshape(count, 1, layout.width());
        var sequence = new KvView.Sequence(0, queries, 150, new KvView.Location.Pages(pages));
        Tensor query = Samples.normal(arena, 3, queries, heads, layout.width());
        List<float[]> found = new ArrayList<>();
        for (KvView view :
            List.of(
                KvView.ofLatents(rows, List.of(sequence)),
                new KvView(keys, keys.columns(0, layout.latentDim()), List.of(sequence)))) {
          Tensor out = Samples.normal(arena, 4, queries, heads, layout.latentDim());
          Tensor logSumExp = Samples.normal(arena, 5, queries, heads);
          kernels.attention(query, view, 0.08f, out, logSumExp);
          found.add(out.toFloatArray());
          found.add(logSumExp.toFloatArray());
        }
        assertThat(found.get(0)).as(kernels.name()).isEqualTo(found.get(2));
        assertThat(found.get(1)).as(kernels.name()).isEqualTo(found.get(3));
      }
    }
  }
}
