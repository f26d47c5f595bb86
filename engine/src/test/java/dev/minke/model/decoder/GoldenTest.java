package dev.minke.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.Shared;
import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Observer;
import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.autograd.RecordingOps;
import dev.minke.backend.Backends;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.OpenModel;
import dev.minke.checkpoint.Safetensors;
import dev.minke.kernel.AdamWRule;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvLayout;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CachedRows;
import dev.minke.model.KvCache;
import dev.minke.model.TokenRows;
import dev.minke.model.TrainingRows;
import dev.minke.model.WeightName;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Models whose every number was computed by other implementations (`../shared/golden`), or any
/// directory of that form: `-Dminke.golden=DIR`.
class GoldenTest {
  /// F32 against F64 of the same models differs by up to 2e-5 in a logit of size about 10;
  /// implementations in F32 by as much again.
  private static final double LOGIT_BOUND = 1e-4;

  private static final Map<String, Double> WORST = new java.util.TreeMap<>();

  static Stream<Arguments> models() {
    Map<String, Supplier<Kernels>> backends =
        Map.of("reference", ReferenceKernels::new, "vector", () -> Backends.open(2));
    return directories()
        .flatMap(directory ->
            backends.entrySet().stream()
                .map(backend -> Arguments.of(directory, backend.getKey(), backend.getValue())));
  }

  private static Stream<Path> directories() {
    String asked = System.getProperty("minke.golden");
    if (asked != null) {
      Path directory = Path.of(asked);
      return Files.exists(directory.resolve("config.json"))
          ? Stream.of(directory)
          : list(directory).filter(GoldenTest::isModel);
    }
    return Stream.of(
            "deepseek-v3-tiny",
            "deepseek-v2-tiny",
            "deepseek-v2-lite-tiny",
            "llama-untied-tiny",
            "llama-tied-tiny",
            "qwen2-tiny",
            "qwen3-tiny",
            "qwen3-moe-tiny")
        .map(name -> Shared.shared("golden/" + name));
  }

  private static Stream<Path> list(Path directory) {
    try (Stream<Path> found = Files.list(directory)) {
      return found.sorted().toList().stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean isModel(Path directory) {
    Path config = directory.resolve("config.json");
    return Files.exists(config) && !json(config).has("quantization_config");
  }

  private static JsonNode json(Path file) {
    return JsonMapper.shared().readTree(file.toFile());
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }

  /// An open golden model and its expected numbers.
  private static final class Golden implements AutoCloseable {
    private final Path directory;
    private final String name;
    private final OpenModel open;
    private final Kernels kernels;
    private final Workspace workspace = Workspace.poisoning();
    private final Workspace gradients = Workspace.poisoning();
    private final Arena arena = Arena.ofConfined();

    Golden(Path directory, String backend, Supplier<Kernels> kernels) {
      this.directory = directory;
      this.name = directory.getFileName() + " " + backend;
      this.open = ModelDirectory.open(directory);
      this.kernels = kernels.get();
    }

    DecoderModel model() {
      return open.model();
    }

    Safetensors expected(String file) {
      return Safetensors.open(directory.resolve("expected").resolve(file));
    }

    Tensor read(Safetensors file, String tensor) {
      Safetensors.Entry entry = file.entries().get(tensor);
      int[] sizes = entry.shape().stream().mapToInt(Long::intValue).toArray();
      DType dtype = entry.dtype().equals("I32") ? DType.I32 : DType.F32;
      Tensor into = Tensor.allocate(arena, dtype, Shape.of(sizes));
      file.read(tensor, into);
      return into;
    }

    EagerOps ops() {
      return new EagerOps(kernels, workspace);
    }

    TokenRows rows(List<int[]> sequences) {
      return TokenRows.packed(workspace, sequences);
    }

    Tensor logits(Ops ops, Tensor hidden) {
      Tensor flat = hidden;
      return ops.matmul(flat, model().head());
    }

    void check(String what, Tensor found, Tensor expected, double bound) {
      assertThat(found.shape().elements()).as(what).isEqualTo(expected.shape().elements());
      check(what, found.toFloatArray(), expected.toFloatArray(), bound);
    }

    void check(String what, float[] found, float[] expected, double bound) {
      double worst = 0;
      for (int i = 0; i < found.length; i++) {
        double error = Math.abs((double) found[i] - expected[i]);
        worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
      }
      WORST.merge(name + " " + what.replaceAll("[0-9]+", "*"), worst / bound, Math::max);
      assertThat(worst).as(name + " " + what).isLessThanOrEqualTo(bound);
    }

    @Override
    public void close() {
      gradients.close();
      workspace.close();
      open.close();
      arena.close();
      kernels.close();
    }
  }

  @AfterAll
  static void printWorstErrors() {
    StringBuilder table = new StringBuilder("worst error as share of its bound\n");
    WORST.forEach((name, share) -> table.append("%6.3f  %s%n".formatted(share, name)));
    System.out.print(table);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("models")
  void logitsOfEveryLength(Path directory, String backend, Supplier<Kernels> kernels) {
    try (Golden golden = new Golden(directory, backend, kernels);
        Safetensors file = golden.expected("logits.safetensors")) {
      for (String name :
          file.entries().keySet().stream().filter(n -> n.startsWith("ids.")).toList()) {
        String length = name.substring(4);
        int[] ids = golden.read(file, name).toIntArray();
        EagerOps ops = golden.ops();
        TokenRows rows = golden.rows(List.of(ids));
        Tensor hidden = golden.model().hidden(ops, rows);
        Tensor logits = golden.logits(ops, hidden);
        Tensor expected = golden.read(file, "logits." + length);
        int[] positions = golden.read(file, "positions." + length).toIntArray();
        for (int i = 0; i < positions.length; i++) {
          golden.check(
              "logits." + length,
              logits.rows(positions[i], positions[i] + 1),
              expected.rows(i, i + 1),
              LOGIT_BOUND);
        }
        if (ids.length > 1) {
          Tensor targets = golden.workspace.allocate(DType.I32, Shape.of(ids.length));
          for (int i = 0; i < ids.length; i++) {
            targets.setInt(0, i, i + 1 < ids.length ? ids[i + 1] : -1);
          }
          Tensor logProbs = ops.headLogProbs(hidden, golden.model().head(), targets);
          golden.check(
              "token_logprob." + length,
              logProbs.columns(0, ids.length - 1),
              golden.read(file, "token_logprob." + length),
              LOGIT_BOUND);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("models")
  void hiddenStatesAndChosenExperts(Path directory, String backend, Supplier<Kernels> kernels) {
    try (Golden golden = new Golden(directory, backend, kernels);
        Safetensors file = golden.expected("hidden.safetensors")) {
      Map<String, float[]> seen = new HashMap<>();
      Map<Integer, int[]> chosen = new HashMap<>();
      Observer observer =
          new Observer() {
            @Override
            public void hidden(String name, Tensor value) {
              seen.put(name, value.toFloatArray());
            }

            @Override
            public void routed(int layer, Tensor logits, Tensor experts, Tensor weights) {
              seen.put("layers." + layer + ".logits", logits.toFloatArray());
              seen.put("layers." + layer + ".weights", weights.toFloatArray());
              chosen.put(layer, experts.toIntArray());
            }
          };
      int[] ids = golden.read(file, "ids").toIntArray();
      EagerOps ops = new EagerOps(golden.kernels, golden.workspace, observer);
      golden.model().hidden(ops, golden.rows(List.of(ids)));
      for (String name : file.entries().keySet()) {
        int layer = name.contains("layer") ? Integer.parseInt(name.replaceAll("\\D+", "")) : -1;
        String prefix = "layers." + layer + ".";
        String kind = name.replaceAll("\\.layer\\d+", "");
        String ours =
            switch (kind) {
              case "hidden.embed" -> "embedding";
              case "hidden.norm" -> "norm";
              case "hidden" -> prefix + "output";
              case "attn_out" -> prefix + "attention";
              case "latent" -> prefix + "latent";
              case "k_rope" -> prefix + "ropeKey";
              case "router_logits" -> prefix + "logits";
              default -> "";
            };
        if (!ours.isEmpty()) {
          golden.check(name, seen.get(ours), golden.read(file, name).toFloatArray(), LOGIT_BOUND);
        }
        if (kind.equals("expert_ids")) {
          checkExperts(golden, file, layer, chosen.get(layer), seen.get(prefix + "weights"));
        }
      }
    }
  }

  /// The golden lists experts in ascending order, we by descending score.
  private static void checkExperts(
      Golden golden, Safetensors file, int layer, int[] chosen, float[] weights) {
    Tensor ids = golden.read(file, "expert_ids.layer" + layer);
    float[] expected = golden.read(file, "expert_weights.layer" + layer).toFloatArray();
    int active = ids.shape().columns();
    float[] ordered = new float[weights.length];
    int[] orderedIds = new int[chosen.length];
    for (int token = 0; token < ids.size(0); token++) {
      int first = token * active;
      Integer[] order = new Integer[active];
      Arrays.setAll(order, i -> first + i);
      Arrays.sort(order, java.util.Comparator.comparingInt(i -> chosen[i]));
      for (int k = 0; k < active; k++) {
        orderedIds[first + k] = chosen[order[k]];
        ordered[first + k] = weights[order[k]];
      }
    }
    assertThat(orderedIds).as("experts of layer " + layer).isEqualTo(ids.toIntArray());
    golden.check("expert_weights.layer" + layer, ordered, expected, LOGIT_BOUND);
  }

  private record Batch(TokenRows rows, Tensor targets) {}

  /// Labels of the goldens are not shifted: position t predicts the label at t + 1.
  private static Batch batch(Golden golden, JsonNode batch) {
    List<int[]> sequences = new ArrayList<>();
    for (JsonNode ids : batch.path("ids")) {
      sequences.add(ints(ids));
    }
    TokenRows rows = golden.rows(sequences);
    Tensor targets = golden.workspace.allocate(DType.I32, Shape.of(rows.tokens()));
    int row = 0;
    for (JsonNode one : batch.path("labels")) {
      int[] labels = ints(one);
      for (int i = 0; i < labels.length; i++, row++) {
        targets.setInt(0, row, i + 1 < labels.length && labels[i + 1] >= 0 ? labels[i + 1] : -1);
      }
    }
    return new Batch(rows, targets);
  }

  private static Tensor weights(Golden golden, Tensor targets, double value) {
    Tensor weights = golden.workspace.allocate(DType.F32, targets.shape());
    for (int i = 0; i < targets.shape().columns(); i++) {
      weights.set(0, i, targets.getInt(0, i) >= 0 ? value : 0);
    }
    return weights;
  }

  private static long count(Tensor targets) {
    return Arrays.stream(targets.toIntArray()).filter(target -> target >= 0).count();
  }

  /// @param main weight of the loss of the next token
  /// @param prediction weight of the predictor's loss
  private static TrainingRows training(Golden golden, Batch batch, double main, double prediction) {
    Tensor after = TrainingRows.shifted(golden.workspace, batch.rows, batch.targets, -1);
    return new TrainingRows(
        batch.rows,
        batch.targets,
        weights(golden, batch.targets, main),
        weights(golden, after, 1),
        new TrainingRows.Counts(count(batch.targets), count(after), batch.rows.sequences().size()),
        new TrainingRows.Factors(0, (float) prediction));
  }

  private static double backward(Golden golden, TrainingRows rows) {
    RecordingOps ops = new RecordingOps(golden.kernels, golden.workspace, Observer.NONE);
    golden.model().loss(ops, rows);
    double loss = ops.losses().stream().mapToDouble(term -> term.factor() * term.total()).sum();
    ops.backward(golden.gradients);
    return loss;
  }

  private static void checkGradients(Golden golden, String file) {
    Map<String, WeightName> names = new HashMap<>();
    golden.model().weightNames().forEach(name -> names.put(name.name(), name));
    try (Safetensors expected = golden.expected(file)) {
      for (String name : expected.entries().keySet()) {
        float[] wanted = golden.read(expected, name).toFloatArray();
        float[] found = new float[wanted.length];
        int at = 0;
        for (WeightName.Part part : names.get(name).parts()) {
          float[] piece = part.of(part.parameter().gradient()).toFloatArray();
          System.arraycopy(piece, 0, found, at, piece.length);
          at += piece.length;
        }
        double largest = 0;
        for (float value : wanted) {
          largest = Math.max(largest, Math.abs(value));
        }
        golden.check("gradient " + name, found, wanted, 1e-5 * largest + 1e-6);
      }
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("models")
  void lossAndEveryGradient(Path directory, String backend, Supplier<Kernels> kernels) {
    try (Golden golden = new Golden(directory, backend, kernels)) {
      golden.open.parameters().train();
      JsonNode expected = json(directory.resolve("expected/expected.json")).path("gradient_batch");
      double loss = backward(golden, training(golden, batch(golden, expected), 1, 0));
      assertThat(loss)
          .isCloseTo(
              expected.path("loss").doubleValue(), org.assertj.core.api.Assertions.within(1e-5));
      checkGradients(golden, "gradients.safetensors");
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("models")
  void predictorLogitsLossAndGradients(Path directory, String backend, Supplier<Kernels> kernels) {
    assumeTrue(Files.exists(directory.resolve("expected/mtp.json")), "it has no predictor");
    try (Golden golden = new Golden(directory, backend, kernels);
        Safetensors file = golden.expected("mtp_logits.safetensors")) {
      for (String name :
          file.entries().keySet().stream().filter(n -> n.startsWith("ids.")).toList()) {
        String length = name.substring(4);
        EagerOps ops = golden.ops();
        TokenRows rows = golden.rows(List.of(golden.read(file, name).toIntArray()));
        Tensor hidden = golden.model().hidden(ops, rows);
        Tensor logits = golden.logits(ops, golden.model().predicted(ops, hidden, rows));
        Tensor expected = golden.read(file, "mtp_logits." + length);
        int[] positions = golden.read(file, "positions." + length).toIntArray();
        for (int i = 0; i < positions.length; i++) {
          golden.check(
              "mtp_logits." + length,
              logits.rows(positions[i], positions[i] + 1),
              expected.rows(i, i + 1),
              LOGIT_BOUND);
        }
      }
      golden.open.parameters().train();
      JsonNode expected = json(directory.resolve("expected/mtp.json")).path("batch");
      double loss = backward(golden, training(golden, batch(golden, expected), 0, 1));
      assertThat(loss)
          .isCloseTo(
              expected.path("mtp_loss").doubleValue(),
              org.assertj.core.api.Assertions.within(1e-5));
      checkGradients(golden, "mtp_gradients.safetensors");
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("models")
  void greedyContinuation(Path directory, String backend, Supplier<Kernels> kernels) {
    try (Golden golden = new Golden(directory, backend, kernels)) {
      for (JsonNode one : json(directory.resolve("expected/expected.json")).path("greedy")) {
        int[] prompt = ints(one.path("prompt"));
        int[] expected = ints(one.path("continuation"));
        assertThat(whole(golden, prompt, expected.length)).as("full pass").isEqualTo(expected);
        for (AttentionForm form : AttentionForm.values()) {
          assertThat(cached(golden, prompt, expected.length, form))
              .as("cache, " + form)
              .isEqualTo(expected);
        }
      }
    }
  }

  private static int[] whole(Golden golden, int[] prompt, int tokens) {
    int[] ids = prompt;
    for (int i = 0; i < tokens; i++) {
      Workspace.Mark mark = golden.workspace.mark();
      EagerOps ops = golden.ops();
      Tensor hidden = golden.model().hidden(ops, golden.rows(List.of(ids)));
      Tensor last = hidden.rows(ids.length - 1, ids.length);
      ids = Arrays.copyOf(ids, ids.length + 1);
      ids[ids.length - 1] = best(golden.logits(ops, last));
      golden.workspace.release(mark);
    }
    return Arrays.copyOfRange(ids, prompt.length, ids.length);
  }

  private static int[] cached(Golden golden, int[] prompt, int tokens, AttentionForm form) {
    var shape = golden.model().cacheShape();
    KvLayout layout = shape.layout(CacheFormat.F32);
    List<KvRows> layers = new ArrayList<>();
    int pages = (prompt.length + tokens) / KvView.TILE + 1;
    for (int layer = 0; layer < shape.layers(); layer++) {
      layers.add(
          layout.over(
              Tensor.allocate(golden.arena, layout.dtype(), layout.shape(pages * KvView.TILE))));
    }
    KvCache cache = new KvCache(layers);
    int[] out = new int[tokens];
    int[] next = prompt;
    int length = 0;
    for (int i = 0; i < tokens; i++) {
      Workspace.Mark mark = golden.workspace.mark();
      EagerOps ops = golden.ops();
      Tensor ids = golden.workspace.allocate(DType.I32, Shape.of(next.length));
      Tensor positions = golden.workspace.allocate(DType.I32, Shape.of(next.length));
      for (int t = 0; t < next.length; t++) {
        ids.setInt(0, t, next[t]);
        positions.setInt(0, t, length + t);
      }
      length += next.length;
      KvView.Sequence sequence =
          new KvView.Sequence(0, next.length, length, new KvView.Location.Rows(0));
      TokenRows rows = new TokenRows(ids, positions, List.of(sequence));
      Tensor hidden = golden.model().hidden(ops, CachedRows.of(rows, form), cache);
      out[i] = best(golden.logits(ops, hidden.rows(next.length - 1, next.length)));
      next = new int[] {out[i]};
      golden.workspace.release(mark);
    }
    return out;
  }

  private static int best(Tensor logits) {
    float[] values = logits.toFloatArray();
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("models")
  void tenStepsOfTheOptimizer(Path directory, String backend, Supplier<Kernels> kernels) {
    Path run =
        directory.resolveSibling("training").resolve("run-" + directory.getFileName() + ".json");
    assumeTrue(Files.exists(run), "it has no recorded training");
    JsonNode recorded = json(run);
    try (Golden golden = new Golden(directory, backend, kernels);
        Safetensors after =
            Safetensors.open(Path.of(run.toString().replace(".json", ".safetensors")))) {
      golden.open.parameters().train();
      Map<Parameter, List<Tensor>> moments = new IdentityHashMap<>();
      int step = 0;
      for (JsonNode expected : recorded.path("steps")) {
        double loss = 0;
        List<JsonNode> micro = microBatches(recorded, step);
        for (JsonNode ids : micro) {
          loss += backward(golden, rowsOf(golden, ids, 1.0 / micro.size()));
        }
        double norm = gradientNorm(golden);
        assertThat(loss)
            .as("loss of step " + step)
            .isCloseTo(
                expected.path("loss").doubleValue(),
                org.assertj.core.api.Assertions.withinPercentage(step < 5 ? 0.01 : 1));
        assertThat(norm)
            .as("gradient norm of step " + step)
            .isCloseTo(
                expected.path("grad_norm_before_clip").doubleValue(),
                org.assertj.core.api.Assertions.withinPercentage(step < 5 ? 0.01 : 1));
        update(golden, moments, expected.path("lr").doubleValue(), norm, ++step);
      }
      TokenRows rows = golden.rows(List.of(ints(recorded.path("logits_after_are_of"))));
      EagerOps ops = golden.ops();
      Tensor logits = golden.logits(ops, golden.model().hidden(ops, rows));
      Tensor embedding = golden.model().embedding().table().value();
      checkAfter(golden, after, "logits_after", logits);
      checkAfter(golden, after, "embedding_rows_0_7_after", embedding.rows(0, 8));
      checkAfter(golden, after, "final_norm_after", golden.model().norm().gain().value());
    }
  }

  /// As sharp as the goldens ask for early losses: 1e-4, of the largest element.
  private static void checkAfter(Golden golden, Safetensors after, String name, Tensor found) {
    float[] expected = golden.read(after, name).toFloatArray();
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    golden.check(name, found.toFloatArray(), expected, 1e-4 * largest);
  }

  private static List<JsonNode> microBatches(JsonNode recorded, int step) {
    List<JsonNode> micro = new ArrayList<>();
    JsonNode batch = recorded.path("batches").get(step % recorded.path("batches").size());
    int count = recorded.path("micro_batches").intValue();
    int each = batch.size() / count;
    for (int i = 0; i < count; i++) {
      var part = JsonMapper.shared().createArrayNode();
      for (int j = 0; j < each; j++) {
        part.add(batch.get(i * each + j));
      }
      micro.add(part);
    }
    return micro;
  }

  private static TrainingRows rowsOf(Golden golden, JsonNode sequences, double weight) {
    var batch = JsonMapper.shared().createObjectNode();
    batch.set("ids", sequences);
    batch.set("labels", sequences);
    return training(golden, batch(golden, batch), weight, 0);
  }

  private static double gradientNorm(Golden golden) {
    double sum = 0;
    for (Parameter parameter : golden.open.parameters().parameters()) {
      if (parameter.gradient() != null) {
        sum += golden.kernels.sumOfSquares(parameter.gradient());
      }
    }
    return Math.sqrt(sum);
  }

  private static void update(
      Golden golden, Map<Parameter, List<Tensor>> moments, double rate, double norm, int step) {
    double scale = Math.min(1, 1 / (norm + 1e-6));
    for (Parameter parameter : golden.open.parameters().parameters()) {
      Tensor gradient = parameter.gradient();
      if (gradient != null) {
        List<Tensor> pair =
            moments.computeIfAbsent(
                parameter,
                p ->
                    List.of(
                        Tensor.allocate(golden.arena, DType.F32, p.shape()),
                        Tensor.allocate(golden.arena, DType.F32, p.shape())));
        double decay = parameter.shape().rank() >= 2 ? 0.1 : 0;
        golden.kernels.adamW(
            parameter.value(),
            gradient,
            pair.get(0),
            pair.get(1),
            new AdamWRule(rate, 0.9, 0.95, 1e-8, decay, step, scale));
        parameter.changed();
        golden.kernels.fill(gradient, 0);
      }
    }
  }
}
