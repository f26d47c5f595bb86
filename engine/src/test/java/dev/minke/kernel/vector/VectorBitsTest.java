package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.ChildJvm;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.KvLayout;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tensor.Tensor;
import java.io.File;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Families with exponentials, where the obvious loops are near but not equal, and caches that
/// round: the bits are the same at every width, in the interpreter, for every number of threads,
/// and those of yesterday.
class VectorBitsTest {
  /// The bits of each family. They change only with a change of the documented order or of the
  /// polynomial, which is a change of what every trained model computes.
  private static final Map<String, String> GOLDEN =
      Map.of(
          "attention",
          "3c69e3087fa48",
          "cache",
          "equal",
          "experts",
          "7d55490ffb472f",
          "feed-forward",
          "ffffe39b6e567840",
          "head",
          "fffffef86b88c852");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void theNumberOfThreadsDoesNotMatter(int threads) {
    assertThat(hashes(threads)).isEqualTo(GOLDEN);
  }

  static Stream<List<String>> shapesThisMachineWouldNotChoose() {
    return Stream.of(
        List.of("-Dminke.vectorBits=128"),
        List.of("-Dminke.vectorBits=256"),
        List.of("-Dminke.vectorBits=512"),
        List.of("-Xint"));
  }

  @ParameterizedTest
  @MethodSource("shapesThisMachineWouldNotChoose")
  void theVectorWidthDoesNotMatter(List<String> flags) throws Exception {
    String bits = flags.getFirst().replaceAll("\\D", "");
    Assumptions.assumeTrue(
        bits.isEmpty() || VectorWidth.isSupported(Integer.parseInt(bits)),
        "this machine has no such vectors");
    List<String> command = ChildJvm.command(VectorBitsTest.class, flags);
    File errors = File.createTempFile("minke", ".err");
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(errors)).start();
    String printed =
        new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(child.waitFor()).as(Files.readString(errors.toPath())).isZero();
    assertThat(printed).isEqualTo(new TreeMap<>(GOLDEN).toString());
  }

  /// What a child prints.
  public static void main(String[] arguments) {
    System.out.println(new TreeMap<>(hashes(2)));
  }

  private static Map<String, String> hashes(int threads) {
    try (Arena arena = Arena.ofConfined();
        VectorKernels kernels = new VectorKernels(threads)) {
      return Map.of(
          "feed-forward", feedForward(arena, kernels),
          "attention", attention(arena, kernels),
          "cache", cache(arena, kernels),
          "experts", experts(arena, kernels),
          "head", head(arena, kernels));
    }
  }

  private static String hash(Tensor... tensors) {
    long hash = 17;
    for (Tensor tensor : tensors) {
      hash = 31 * hash + Arrays.hashCode(tensor.root().toFloatArray());
    }
    return Long.toHexString(hash);
  }

  private static String feedForward(Arena arena, VectorKernels kernels) {
    Tensor gates = Samples.normal(arena, 1, 40, 2 * 77);
    Tensor activated = Samples.normal(arena, 2, 40, 77);
    Tensor out = Samples.normal(arena, 3, 40, 33);
    Tensor x = Samples.normal(arena, 4, 40, 33);
    Tensor gateUp = Samples.normal(arena, 5, 2 * 77, 33);
    Tensor down = Samples.normal(arena, 6, 33, 77);
    Tensor dx = Samples.normal(arena, 7, 40, 33);
    try (Prepared first = kernels.prepare(gateUp, Orientation.FORWARD);
        Prepared second = kernels.prepare(down, Orientation.FORWARD)) {
      kernels.feedForward(x, first, second, null, gates, activated, out);
    }
    try (Prepared first = kernels.prepare(gateUp, Orientation.BACKWARD);
        Prepared second = kernels.prepare(down, Orientation.BACKWARD)) {
      kernels.feedForwardGradient(x, first, second, null, gates, dx, true);
    }
    return hash(gates, activated, out, dx);
  }

  private static String attention(Arena arena, VectorKernels kernels) {
    Tensor query = Samples.normal(arena, 1, 100, 2, 43);
    Tensor keys = Samples.normal(arena, 2, 100, 1, 43);
    Tensor values = Samples.normal(arena, 3, 100, 1, 29);
    Tensor out = Samples.normal(arena, 4, 100, 2, 29);
    Tensor logSumExp = Samples.normal(arena, 5, 100, 2);
    Tensor dQuery = Samples.normal(arena, 6, 100, 2, 43);
    Tensor dKeys = Samples.normal(arena, 7, 100, 1, 43);
    Tensor dValues = Samples.normal(arena, 8, 100, 1, 29);
    KvView view = KvView.packed(keys, values, 1, 9, 90);
    kernels.attention(query, view, 0.3f, out, logSumExp);
    kernels.attentionGradient(out, query, view, 0.3f, out, logSumExp, dQuery, dKeys, dValues, true);
    return hash(out, logSumExp, dQuery, dKeys, dValues);
  }

  /// Caches that round need no yesterday: they are widened to the bits of the obvious loop, and
  /// then attention is that over F32.
  private static String cache(Arena arena, VectorKernels kernels) {
    for (CacheFormat format : List.of(CacheFormat.BF16, CacheFormat.FP8)) {
      KvLayout layout = new KvLayout(format, 149, 10);
      KvRows rows = layout.over(Tensor.allocate(arena, layout.dtype(), layout.shape(100)));
      kernels.encode(Samples.normal(arena, 1, 100, layout.width()), rows);
      Tensor expected = Samples.normal(arena, 2, 100, layout.width());
      Tensor wide = Samples.normal(arena, 3, 100, layout.width());
      new ReferenceKernels().decode(rows, expected);
      kernels.decode(rows, wide);
      Tensor keys = wide.reshape(100, 1, layout.width());
      Tensor query = Samples.normal(arena, 4, 10, 3, layout.width());
      List<KvView.Sequence> sequences =
          List.of(
              new KvView.Sequence(0, 9, 100, new KvView.Location.Rows(0)),
              new KvView.Sequence(9, 1, 70, new KvView.Location.Rows(3)));
      List<float[]> found = new ArrayList<>(List.of(expected.toFloatArray(), wide.toFloatArray()));
      for (KvView view :
          List.of(
              KvView.ofLatents(rows, sequences),
              new KvView(keys, keys.columns(0, layout.latentDim()), sequences))) {
        Tensor out = Samples.normal(arena, 5, 10, 3, layout.latentDim());
        kernels.attention(query, view, 0.1f, out, Samples.normal(arena, 6, 10, 3));
        found.add(out.toFloatArray());
      }
      if (!Arrays.equals(found.get(0), found.get(1))
          || !Arrays.equals(found.get(2), found.get(3))) {
        return format + " differs";
      }
    }
    return "equal";
  }

  private static String experts(Arena arena, VectorKernels kernels) {
    List<Tensor> results = new ArrayList<>();
    for (ScoreFunction score : ScoreFunction.values()) {
      RouterRule rule = new RouterRule(score, 3, 4, 2, true, score.ordinal() == 1, 1.5f);
      Tensor logits = Samples.normal(arena, 1, 35, 20);
      Tensor chosen = Samples.integers(arena, 2, 1, 35, 3);
      Tensor weights = Samples.normal(arena, 3, 35, 3);
      Tensor dLogits = Samples.normal(arena, 4, 35, 20);
      Tensor loss = Samples.normal(arena, 5, 3);
      kernels.route(logits, Samples.normal(arena, 6, 20), rule, chosen, weights);
      kernels.routeGradient(weights, logits, chosen, rule, dLogits);
      List<KvView.Sequence> sequences = KvView.packedSequences(14, 1, 20);
      kernels.balanceLoss(logits, chosen, sequences, rule, loss);
      kernels.balanceLossGradient(loss, logits, chosen, sequences, rule, dLogits);
      results.addAll(List.of(weights, dLogits, loss));
    }
    return hash(results.toArray(Tensor[]::new));
  }

  private static String head(Arena arena, VectorKernels kernels) {
    Tensor logits = Samples.normal(arena, 1, 7, 2501);
    Tensor targets = Samples.integers(arena, 2, 2501, 7);
    targets.setInt(0, 3, -1);
    Tensor logProbs = Samples.normal(arena, 3, 7);
    Tensor logSumExp = Samples.normal(arena, 4, 7);
    kernels.logProbs(logits, targets, logProbs, logSumExp);
    kernels.logProbsGradient(Samples.normal(arena, 5, 7), targets, logSumExp, logits);
    return hash(logProbs, logSumExp, logits);
  }
}
