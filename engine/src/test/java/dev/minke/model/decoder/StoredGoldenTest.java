package dev.minke.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Shared;
import dev.minke.autograd.EagerOps;
import dev.minke.backend.Backends;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.OpenModel;
import dev.minke.checkpoint.Safetensors;
import dev.minke.checkpoint.StoredModel;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.model.TokenRows;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Models that are computed from the bytes of their files, whatever the container and the format,
/// held to logits of other implementations.
class StoredGoldenTest {
  /// As for models in F32: the stored values are exact, and so are those the goldens come from.
  private static final double LOGIT_BOUND = 1e-4;

  private static final Map<String, Double> WORST = new TreeMap<>();

  /// A model and the file with its logits.
  record Case(String model, String logits) {
    @Override
    public String toString() {
      return model;
    }
  }

  private static Case directory(String name) {
    return new Case(name, name + "/expected/logits.safetensors");
  }

  private static Case gguf(String file, String model) {
    return new Case("gguf/" + file, model + "/expected/logits.safetensors");
  }

  private static Case quantised(String name) {
    return new Case("gguf/" + name + ".gguf", "gguf/" + name + ".logits.safetensors");
  }

  static Stream<Case> cases() {
    return Stream.of(
        directory("deepseek-v3-tiny"),
        directory("deepseek-v3-tiny-fp8"),
        directory("deepseek-v2-tiny"),
        directory("deepseek-v2-lite-tiny"),
        directory("llama-untied-tiny"),
        directory("llama-tied-tiny"),
        directory("qwen2-tiny"),
        directory("qwen3-tiny"),
        directory("qwen3-moe-tiny"),
        gguf("llama-untied-tiny.f32.gguf", "llama-untied-tiny"),
        quantised("llama-untied-tiny.q8_0"),
        quantised("llama-untied-tiny.q4_0"),
        gguf("deepseek-v3-tiny.old.bf16.gguf", "deepseek-v3-tiny"),
        gguf("deepseek-v3-tiny.new.bf16.gguf", "deepseek-v3-tiny"),
        gguf("deepseek-v2-lite-tiny.old.bf16.gguf", "deepseek-v2-lite-tiny"),
        gguf("deepseek-v2-lite-tiny.new.bf16.gguf", "deepseek-v2-lite-tiny"),
        gguf("qwen2-tiny.f16.gguf", "qwen2-tiny"),
        gguf("qwen3-tiny.bf16.gguf", "qwen3-tiny"));
  }

  static Stream<Arguments> casesOnBackends() {
    Map<String, Supplier<Kernels>> backends =
        Map.of("reference", ReferenceKernels::new, "vector", () -> Backends.open(2));
    return cases()
        .flatMap(one ->
            backends.entrySet().stream()
                .map(backend -> Arguments.of(one, backend.getKey(), backend.getValue())));
  }

  private static Path golden(String name) {
    return Shared.shared("golden/" + name);
  }

  @AfterAll
  static void printWorstErrors() {
    StringBuilder table = new StringBuilder("worst error of a logit as share of its bound\n");
    WORST.forEach((name, share) -> table.append("%6.3f  %s%n".formatted(share, name)));
    System.out.print(table);
  }

  private static Tensor read(Safetensors file, String tensor, Arena arena) {
    Safetensors.Entry entry = file.entries().get(tensor);
    int[] sizes = entry.shape().stream().mapToInt(Long::intValue).toArray();
    DType dtype = entry.dtype().equals("I32") ? DType.I32 : DType.F32;
    Tensor into = Tensor.allocate(arena, dtype, Shape.of(sizes));
    file.read(tensor, into);
    return into;
  }

  private static float[] logits(DecoderModel model, Kernels kernels, int[] ids, int position) {
    try (Workspace workspace = Workspace.poisoning()) {
      EagerOps ops = new EagerOps(kernels, workspace);
      Tensor hidden = model.hidden(ops, TokenRows.packed(workspace, List.of(ids)));
      return ops.matmul(hidden.rows(position, position + 1), model.head()).toFloatArray();
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("casesOnBackends")
  void logitsOfEveryLength(Case one, String backend, Supplier<Kernels> backends) {
    try (StoredModel stored = StoredModel.open(golden(one.model));
        Kernels kernels = backends.get();
        Safetensors file = Safetensors.open(golden(one.logits));
        Arena arena = Arena.ofConfined()) {
      for (String name :
          file.entries().keySet().stream().filter(n -> n.startsWith("ids.")).toList()) {
        String length = name.substring(4);
        int[] ids = read(file, name, arena).toIntArray();
        int[] positions = read(file, "positions." + length, arena).toIntArray();
        Tensor expected = read(file, "logits." + length, arena);
        for (int i = 0; i < positions.length; i += Math.max(1, positions.length / 5)) {
          float[] found = logits(stored.model(), kernels, ids, positions[i]);
          float[] wanted = expected.rows(i, i + 1).toFloatArray();
          double worst = 0;
          for (int c = 0; c < found.length; c++) {
            double error = Math.abs((double) found[c] - wanted[c]);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
          }
          WORST.merge(one.model + " " + backend, worst / LOGIT_BOUND, Math::max);
          assertThat(worst).as(name).isLessThanOrEqualTo(LOGIT_BOUND);
        }
      }
    }
  }

  /// Where values come from makes no difference: products see the same numbers in the same order.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "deepseek-v3-tiny",
        "deepseek-v3-tiny-fp8",
        "deepseek-v2-lite-tiny",
        "llama-tied-tiny",
        "qwen2-tiny",
        "qwen3-moe-tiny"
      })
  void storedWeightsGiveTheBitsOfTheSameWeightsInMemory(String name) {
    int[] ids = {5, 17, 200, 3, 42, 42, 7, 100, 9};
    try (StoredModel stored = StoredModel.open(golden(name));
        OpenModel open = ModelDirectory.open(golden(name));
        Kernels kernels = Backends.open(2)) {
      for (int position : new int[] {0, ids.length - 1}) {
        assertThat(logits(stored.model(), kernels, ids, position))
            .isEqualTo(logits(open.model(), kernels, ids, position));
      }
    }
  }
}
