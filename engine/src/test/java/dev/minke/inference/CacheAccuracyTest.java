package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Shared;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.OpenModel;
import dev.minke.kernel.Arithmetic;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CausalModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How far a cache that rounds leads from one that does not: the divergence of the distributions of
/// the next token, position by position of the same text, and the largest error of a logit in units
/// of its position's spread.
///
/// Half of the positions are asked about, not the worst: where two experts are about equally
/// wanted, any rounding chooses the other now and then, and a small model of random weights has
/// many of these.
class CacheAccuracyTest {
  private static final int LENGTH = 150;

  /// Of the worst logit of a position, in spreads; an element is off by 2⁻⁹ of itself in BF16, by
  /// 2⁻⁴ in FP8. Generous: three times what was found.
  private static final double BF16_ERROR = 0.05;

  private static final double FP8_ERROR = 0.45;

  private static Kernels kernels;

  @BeforeAll
  static void open() {
    kernels = new VectorKernels(2);
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  /// @param mean divergence of a position
  /// @param divergence of half of the positions at most
  /// @param error of the worst logit of half of the positions at most
  /// @param worst error of a logit at all
  private record Distance(double mean, double divergence, double error, double worst) {}

  /// Logits of every position.
  private static List<float[]> logits(
      CausalModel model, int[] ids, AttentionForm form, CacheFormat format) {
    List<float[]> all = new ArrayList<>();
    try (Session session = new Session(model, kernels, Arithmetic.EXACT, format, ids.length)) {
      session.append(
          ids,
          form,
          (ops, hidden) -> {
            float[] values = ops.matmul(hidden, model.head()).toFloatArray();
            for (int row = 0; row < hidden.size(0); row++) {
              all.add(Arrays.copyOfRange(values, row * model.vocab(), (row + 1) * model.vocab()));
            }
          });
    }
    return all;
  }

  private static Distance distance(
      CausalModel model, int[] ids, AttentionForm form, CacheFormat format) {
    List<float[]> exact = logits(model, ids, form, CacheFormat.F32);
    List<float[]> rounded = logits(model, ids, form, format);
    double[] divergences = new double[ids.length];
    double[] errors = new double[ids.length];
    for (int row = 0; row < ids.length; row++) {
      divergences[row] = divergence(exact.get(row), rounded.get(row));
      errors[row] = error(exact.get(row), rounded.get(row));
    }
    Arrays.sort(errors);
    double mean = Arrays.stream(divergences).average().orElseThrow();
    Arrays.sort(divergences);
    int half = ids.length / 2;
    return new Distance(mean, divergences[half], errors[half], errors[ids.length - 1]);
  }

  private static double[] logProbs(float[] logits) {
    double largest = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElse(0);
    double sum =
        IntStream.range(0, logits.length).mapToDouble(i -> Math.exp(logits[i] - largest)).sum();
    return IntStream.range(0, logits.length)
        .mapToDouble(i -> logits[i] - largest - Math.log(sum))
        .toArray();
  }

  private static double divergence(float[] exact, float[] rounded) {
    double[] p = logProbs(exact);
    double[] q = logProbs(rounded);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += Math.exp(p[i]) * (p[i] - q[i]);
    }
    return sum;
  }

  private static double error(float[] exact, float[] rounded) {
    double mean = IntStream.range(0, exact.length).mapToDouble(i -> exact[i]).average().orElse(0);
    double square = 0;
    double most = 0;
    for (int i = 0; i < exact.length; i++) {
      square += (exact[i] - mean) * (exact[i] - mean);
      most = Math.max(most, Math.abs(exact[i] - rounded[i]));
    }
    return most / Math.sqrt(square / exact.length);
  }

  private static void assertNear(String what, Distance found, double error) {
    System.out.printf(
        "%s: divergence %.2e on average, %.2e in the middle; error of the worst logit %.4f spreads"
            + " in the middle, %.4f at most%n",
        what, found.mean, found.divergence, found.error, found.worst);
    assertThat(found.worst).as(what).isPositive();
    assertThat(found.error).as(what).isLessThan(error);
    // Half the square of an error of all logits of a position.
    assertThat(found.divergence).as(what).isLessThan(error * error / 2);
  }

  @ParameterizedTest
  @CsvSource({
    "deepseek-v2-lite-tiny, EXPANDED", "deepseek-v2-lite-tiny, ABSORBED",
    "deepseek-v2-tiny, EXPANDED", "deepseek-v2-tiny, ABSORBED",
    "deepseek-v3-tiny, EXPANDED", "deepseek-v3-tiny, ABSORBED"
  })
  void latentsOfGoldens(String name, AttentionForm form) {
    try (OpenModel open = ModelDirectory.open(Shared.shared("golden/" + name))) {
      int[] ids = new int[LENGTH];
      Arrays.setAll(ids, i -> (7 * i + i * i / 5 + 3) % open.model().vocab());
      for (CacheFormat format : List.of(CacheFormat.BF16, CacheFormat.FP8)) {
        Distance found = distance(open.model(), ids, form, format);
        String what = "%s, %s, %s".formatted(name, form, format);
        assertNear(what, found, format == CacheFormat.FP8 ? FP8_ERROR : BF16_ERROR);
      }
    }
  }

  @Test
  void keysAndValuesOfATrainedModel() {
    JsonNode golden =
        JsonMapper.shared().readTree(Shared.shared("data/stories260K/golden_dev.json").toFile());
    try (OpenModel open = ModelDirectory.open(Shared.shared("data/stories260K/hf"))) {
      for (JsonNode one : golden.path("greedy")) {
        JsonNode output = one.path("output_ids");
        int[] ids = IntStream.range(0, output.size()).map(i -> output.get(i).intValue()).toArray();
        Distance found = distance(open.model(), ids, AttentionForm.EXPANDED, CacheFormat.BF16);
        assertNear("stories260K, %d tokens, BF16".formatted(ids.length), found, BF16_ERROR);
      }
    }
  }
}
