package dev.minke.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import dev.minke.autograd.Observer;
import dev.minke.autograd.Parameter;
import dev.minke.autograd.RecordingOps;
import dev.minke.backend.Backends;
import dev.minke.checkpoint.Safetensors;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Optimizer, cross-entropy and balance losses as PyTorch computed them
/// (`../shared/golden/training`), on every backend.
class KernelGoldensTest {
  static Stream<Supplier<Kernels>> backends() {
    return Stream.of(ReferenceKernels::new, () -> Backends.open(2));
  }

  private static JsonNode json(String name) {
    return JsonMapper.shared().readTree(Shared.shared("golden/training/" + name).toFile());
  }

  private static Safetensors tensors(String name) {
    return Safetensors.open(Shared.shared("golden/training/" + name));
  }

  private static Tensor read(Arena arena, Safetensors file, String name) {
    Safetensors.Entry entry = Objects.requireNonNull(file.entries().get(name), name);
    int[] sizes = entry.shape().stream().mapToInt(Math::toIntExact).toArray();
    DType dtype = entry.dtype().equals("I32") ? DType.I32 : DType.F32;
    Tensor tensor = Tensor.allocate(arena, dtype, Shape.of(sizes));
    file.read(name, tensor);
    return tensor;
  }

  private static Tensor floats(Arena arena, JsonNode numbers) {
    boolean isMatrix = numbers.get(0).isArray();
    int rows = isMatrix ? numbers.size() : 1;
    int columns = isMatrix ? numbers.get(0).size() : numbers.size();
    Tensor x =
        Tensor.allocate(arena, DType.F32, isMatrix ? Shape.of(rows, columns) : Shape.of(columns));
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        JsonNode number = isMatrix ? numbers.get(row).get(column) : numbers.get(column);
        x.set(row, column, number.doubleValue());
      }
    }
    return x;
  }

  private static double largest(Tensor x) {
    double largest = 0;
    for (float value : x.toFloatArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static void near(String what, Tensor found, Tensor expected, double bound) {
    float[] ours = found.toFloatArray();
    float[] theirs = expected.toFloatArray();
    assertThat(ours).as(what).hasSameSizeAs(theirs);
    for (int i = 0; i < ours.length; i++) {
      assertThat((double) ours[i])
          .as("%s, element %d", what, i)
          .isCloseTo(theirs[i], within(bound));
    }
  }

  /// Three settings, ten steps with a warm-up. The goldens ask for 1e-6, which is taken relative to
  /// the largest element: a parameter may pass through 0.
  @ParameterizedTest
  @MethodSource("backends")
  void tenStepsOfAdamW(Supplier<Kernels> backend) {
    JsonNode recorded = json("adamw.json");
    try (Kernels kernels = backend.get();
        Arena arena = Arena.ofConfined();
        Safetensors file = tensors("adamw.safetensors")) {
      for (var config : recorded.path("configs").properties()) {
        for (String shape : List.of("cube", "matrix", "vector")) {
          Tensor parameter = read(arena, file, "init." + shape);
          Tensor first = Tensor.allocate(arena, DType.F32, parameter.shape());
          Tensor second = Tensor.allocate(arena, DType.F32, parameter.shape());
          int compared = 0;
          for (int step = 0; step < recorded.path("steps").intValue(); step++) {
            double factor = recorded.path("lr_factor_by_step").get(step).doubleValue();
            Tensor gradient = read(arena, file, "grad." + step + "." + shape);
            AdamWRule rule = adamW(config.getValue(), factor, step + 1);
            kernels.adamW(parameter, gradient, first, second, rule);
            String name = "%s.param.%d.%s".formatted(config.getKey(), step, shape);
            if (file.entries().containsKey(name)) {
              Tensor expected = read(arena, file, name);
              near(name, parameter, expected, 1e-6 * largest(expected));
              compared++;
            }
          }
          assertThat(compared).isEqualTo(4);
          Tensor mean = read(arena, file, config.getKey() + ".exp_avg." + shape);
          Tensor squares = read(arena, file, config.getKey() + ".exp_avg_sq." + shape);
          near("first moment of " + shape, first, mean, 1e-6 * largest(mean));
          near("second moment of " + shape, second, squares, 1e-6 * largest(squares));
        }
      }
    }
  }

  private static AdamWRule adamW(JsonNode config, double factor, int step) {
    return new AdamWRule(
        config.path("lr").doubleValue() * factor,
        config.path("betas").get(0).doubleValue(),
        config.path("betas").get(1).doubleValue(),
        config.path("eps").doubleValue(),
        config.path("weight_decay").doubleValue(),
        step,
        1);
  }

  /// What cross-entropy of the golden logits gives through a head that is the identity.
  ///
  /// @param logProbs `[tokens]`
  /// @param gradient of the logits `[tokens, vocab]`
  private record CrossEntropy(double loss, Tensor logProbs, Tensor gradient) {
    static CrossEntropy of(
        Kernels kernels, Arena arena, Tensor logits, Tensor targets, Tensor weights) {
      int tokens = logits.size(0);
      int vocab = logits.size(1);
      Tensor identity = Tensor.allocate(arena, DType.F32, Shape.of(vocab, vocab));
      int[] rows = new int[tokens];
      double total = 0;
      for (int v = 0; v < vocab; v++) {
        identity.set(v, v, 1);
      }
      for (int token = 0; token < tokens; token++) {
        rows[token] = token;
        total += targets.getInt(0, token) < 0 ? 0 : weights.get(0, token);
      }
      Tensor gradient = Tensor.allocate(arena, DType.F32, logits.shape());
      try (Workspace activations = Workspace.poisoning();
          Workspace gradients = Workspace.poisoning();
          Parameter leaf = new Parameter("logits", logits);
          Parameter head = new Parameter("head", identity)) {
        leaf.train(gradient);
        RecordingOps ops = new RecordingOps(kernels, activations, Observer.NONE);
        Tensor hidden = ops.embedding(leaf, Tensor.of(arena, Shape.of(tokens), rows));
        Tensor logProbs = ops.headLogProbs(hidden, head, targets);
        Tensor kept = Tensor.of(arena, logProbs.shape(), logProbs.toFloatArray());
        Tensor sums = ops.sequenceSums(logProbs, weights, KvView.packedSequences(tokens));
        ops.addLoss("tokens", sums, -1 / Math.max(total, Float.MIN_NORMAL), 1);
        double loss = ops.losses().getFirst().total();
        ops.backward(gradients);
        return new CrossEntropy(loss, kept, gradient);
      }
    }
  }

  private static Tensor ones(Arena arena, int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return Tensor.of(arena, Shape.of(count), ones);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void crossEntropyWithLargeLogitsIgnoredTargetsAndWeights(Supplier<Kernels> backend) {
    JsonNode expected = json("cross_entropy.json");
    try (Kernels kernels = backend.get();
        Arena arena = Arena.ofConfined();
        Safetensors file = tensors("cross_entropy.safetensors")) {
      Tensor logits = read(arena, file, "logits");
      Tensor targets = read(arena, file, "targets");
      int tokens = logits.size(0);
      int vocab = logits.size(1);
      // A logit and the log of the sum, rounded once each on both sides, and their difference.
      double ofArguments = 2 * Tolerance.UNIT * 4 * largest(logits);
      double bound = ofArguments + Tolerance.relative(vocab + 8, Math.log(vocab));
      Tensor perToken = read(arena, file, "per_token");
      for (String kind : List.of("ce", "weighted")) {
        boolean weighted = kind.equals("weighted");
        Tensor weights = weighted ? read(arena, file, "weighted.weights") : ones(arena, tokens);
        CrossEntropy found = CrossEntropy.of(kernels, arena, logits, targets, weights);
        assertThat(found.loss)
            .as(kind)
            .isCloseTo(expected.path(kind).path("loss").doubleValue(), within(bound));
        for (int token = 0; token < tokens; token++) {
          assertThat(-found.logProbs.get(0, token))
              .as("token %d", token)
              .isCloseTo(perToken.get(0, token), within(bound));
        }
        Tensor gradient = read(arena, file, kind + ".grad");
        // An element is a difference of two numbers up to 1, times the largest share of a token.
        near(kind + " gradient", found.gradient, gradient, bound * largest(gradient));
      }
    }
  }

  /// PyTorch's mean over no targets is not a number; here such a batch has no loss and no gradient.
  @ParameterizedTest
  @MethodSource("backends")
  void nothingToPredictIsNoLossAndNoGradient(Supplier<Kernels> backend) {
    try (Kernels kernels = backend.get();
        Arena arena = Arena.ofConfined();
        Safetensors file = tensors("cross_entropy.safetensors")) {
      Tensor logits = read(arena, file, "logits");
      Tensor none = Tensor.allocate(arena, DType.I32, Shape.of(logits.size(0)));
      for (int token = 0; token < logits.size(0); token++) {
        none.setInt(0, token, -100);
      }
      Tensor weights = ones(arena, logits.size(0));
      CrossEntropy found = CrossEntropy.of(kernels, arena, logits, none, weights);
      assertThat(found.loss).isZero();
      assertThat(found.gradient.toFloatArray()).containsOnly(0f);
    }
  }

  /// The reading of the balance loss: how experts were chosen, and what a token's affinities are.
  private enum Reading {
    /// f counts the best affinities, whatever was computed.
    RAW("raw_topk", ScoreFunction.SIGMOID, true),
    /// f counts what was computed: bias and groups included.
    ACTUAL("actual_assignment", ScoreFunction.SIGMOID, false),
    /// DeepSeek-V2's expert-level loss (arXiv:2405.04434 eq. 23-25).
    V2("v2_expert_level_softmax", ScoreFunction.SOFTMAX, true);

    private final String key;
    private final ScoreFunction score;
    private final boolean plain;

    Reading(String key, ScoreFunction score, boolean plain) {
      this.key = key;
      this.score = score;
      this.plain = plain;
    }

    RouterRule rule(JsonNode golden) {
      int groups = plain ? 1 : golden.path("groups").intValue();
      int kept = plain ? 1 : golden.path("groups_kept").intValue();
      int active = golden.path("top_k").intValue();
      return new RouterRule(score, active, groups, kept, true, true, 1);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void balanceLossesAndTheirGradients(Supplier<Kernels> backend) {
    JsonNode golden = json("moe_balance.json");
    int experts = golden.path("experts").intValue();
    try (Kernels kernels = backend.get();
        Arena arena = Arena.ofConfined()) {
      for (JsonNode sequence : golden.path("sequences")) {
        Tensor logits = floats(arena, sequence.path("router_logits"));
        int tokens = logits.size(0);
        for (Reading reading : Reading.values()) {
          JsonNode expected = sequence.path(reading.key);
          RouterRule rule = reading.rule(golden);
          int active = rule.activeExperts();
          Tensor bias = floats(arena, golden.path("bias"));
          if (reading.plain) {
            kernels.fill(bias, 0);
          }
          Tensor chosen = Tensor.allocate(arena, DType.I32, Shape.of(tokens, active));
          Tensor weights = Tensor.allocate(arena, DType.F32, Shape.of(tokens, active));
          kernels.route(logits, bias, rule, chosen, weights);
          if (expected.has("chosen")) {
            for (int token = 0; token < tokens; token++) {
              assertThat(ascending(chosen, token))
                  .as("%s, token %d", reading, token)
                  .isEqualTo(ints(expected.path("chosen").get(token)));
            }
          }
          double alpha = expected.path("alpha").asDouble(golden.path("alpha").doubleValue());
          List<KvView.Sequence> whole = KvView.packedSequences(tokens);
          Tensor loss = Tensor.allocate(arena, DType.F32, Shape.of(1));
          kernels.balanceLoss(logits, chosen, whole, rule, loss);
          double wanted = expected.path("loss").doubleValue();
          int roundings = tokens + experts + 16;
          assertThat(alpha * loss.get(0, 0))
              .as("%s", reading)
              .isCloseTo(wanted, within(Tolerance.relative(roundings, wanted)));
          Tensor gradient = Tensor.allocate(arena, DType.F32, logits.shape());
          kernels.balanceLossGradient(
              Tensor.of(arena, Shape.of(1), (float) alpha), logits, chosen, whole, rule, gradient);
          // Each element is a difference of terms that are at most the largest f by alpha / tokens.
          double terms = alpha / tokens * experts / active;
          near(
              reading + " gradient",
              gradient,
              floats(arena, expected.path("grad_router_logits")),
              Tolerance.relative(roundings, terms));
        }
      }
    }
  }

  private static int[] ascending(Tensor chosen, int token) {
    int[] row = new int[chosen.size(1)];
    for (int k = 0; k < row.length; k++) {
      row[k] = chosen.getInt(token, k);
    }
    Arrays.sort(row);
    return row;
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }
}
