package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.checkpoint.Safetensors;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Losses are those of transformers, files and fields those of llama.cpp's tools.
class MeasuresTest {
  @TempDir private Path temporary;

  private static JsonNode expected(String model) {
    Path file = Golden.golden(model).resolve("expected/expected.json");
    return JsonMapper.shared().readTree(file.toFile());
  }

  private static JsonNode json(Object... arguments) {
    return JsonMapper.shared().readTree(Run.of(arguments).succeeded());
  }

  private Path ids(List<Integer> ids) throws IOException {
    String text = ids.stream().map(String::valueOf).collect(Collectors.joining(" "));
    return Files.writeString(temporary.resolve("ids.txt"), text + "\n");
  }

  /// The ids of the golden's longest sequence.
  private Path longest(String model) throws IOException {
    try (Arena arena = Arena.ofConfined();
        Safetensors file =
            Safetensors.open(Golden.golden(model).resolve("expected/logits.safetensors"))) {
      Tensor ids = Tensor.allocate(arena, DType.I32, Shape.of(150));
      file.read("ids.150", ids);
      return ids(Arrays.stream(ids.toIntArray()).boxed().toList());
    }
  }

  @Test
  void theLossOfEveryTokenIsTheGoldens() throws IOException {
    Path ids = longest("qwen2-tiny");
    Path model = Golden.golden("gguf/qwen2-tiny.f16.gguf");
    JsonNode found = json("perplexity", model, ids, "--ids", "--full", "-c", 150, "--json");
    double loss = expected("qwen2-tiny").path("sequences").path("150").path("mean_nll").asDouble();
    assertThat(found.path("loss").doubleValue()).isCloseTo(loss, within(1e-5));
    assertThat(found.path("tokens").intValue()).isEqualTo(149);
  }

  @Test
  void perplexityIsShownWithErrorsAndHow() throws IOException {
    Path text = temporary.resolve("text.txt");
    Files.writeString(text, "To be, or not to be, that is the question. ".repeat(20));
    String shown = Run.of("perplexity", Golden.model(), text, "-c", 32).succeeded();
    assertThat(shown.lines().map(line -> line.split(" ")[0]))
        .containsExactly("perplexity", "loss", "bits/byte", "tokens");
    assertThat(shown).contains("±", "the second half of each of", "windows of 32");
    JsonNode json = json("perplexity", Golden.model(), text, "-c", 32, "--chunks", 2, "--json");
    assertThat(json.path("tokens").intValue()).isEqualTo(2 * 15);
    double loss = json.path("loss").doubleValue();
    assertThat(json.path("perplexity").doubleValue()).isCloseTo(Math.exp(loss), within(1e-6));
    double bits = loss * 30 / Math.log(2) / json.path("bytes").intValue();
    assertThat(json.path("bits_per_byte").doubleValue()).isCloseTo(bits, within(1e-9));
  }

  @Test
  void fourBitsAreFartherFromTheReferenceThanEight() throws IOException {
    Path base = temporary.resolve("base.kld");
    Path text = longest("llama-untied-tiny");
    Path exact = Golden.golden("gguf/llama-untied-tiny.f32.gguf");
    Run.of("perplexity", exact, text, "--ids", "-c", 20, "--kl-base", base).succeeded();
    double last = -1;
    for (String type : List.of("f32", "q8_0", "q4_0")) {
      Path model = Golden.golden("gguf/llama-untied-tiny." + type + ".gguf");
      JsonNode found = json("perplexity", model, "--kl", base, "--json");
      double mean = found.path("mean_kld").doubleValue();
      assertThat(mean).as(type).isGreaterThan(last);
      assertThat(found.path("maximum_kld").doubleValue()).isGreaterThanOrEqualTo(mean);
      last = mean;
    }
    String shown =
        Run.of("perplexity", Golden.golden("gguf/llama-untied-tiny.q4_0.gguf"), "--kl", base)
            .succeeded();
    assertThat(shown).contains("Mean KLD", "Median KLD", "99.0% KLD", "RMS Δp", "Same top p");
  }

  @Test
  void whatContradictsItselfIsRefused() throws IOException {
    Path text = ids(List.of(1, 2, 3));
    Path model = Golden.model();
    assertThat(Run.of("perplexity", model).failed(2)).contains("FILE: expected a text");
    assertThat(Run.of("perplexity", model, text, "--kl", "x").failed(2)).contains("FILE");
    assertThat(Run.of("perplexity", model, "--kl", "x", "--full").failed(2)).contains("--full");
    assertThat(Run.of("perplexity", model, text, "--full", "--kl-base", "x").failed(2))
        .contains("--full");
    assertThat(Run.of("perplexity", model, text, "--stride", 2).failed(2)).contains("--stride");
    assertThat(Run.of("perplexity", model, text, "-c", 0).failed(2)).contains("--context");
    assertThat(Run.of("perplexity", model, text, "--ids").failed(1)).contains("found 3");
    Files.writeString(text, "1, x");
    assertThat(Run.of("perplexity", model, text, "--ids").failed(1)).contains("found 'x'");
    assertThat(Run.of("perplexity", model, "--kl", text).failed(1)).contains("ids.txt");
  }

  @Test
  void benchHasLlamaBenchsFields() {
    Path model = Golden.golden("gguf/llama-untied-tiny.q8_0.gguf");
    JsonNode found =
        json(
            "bench",
            model,
            "-p",
            32,
            "-n",
            4,
            "-pg",
            "16,4",
            "-d",
            "0,8",
            "-t",
            "1,2",
            "-r",
            2,
            "-o",
            "json",
            "--no-warmup");
    assertThat(found.size()).isEqualTo(12);
    for (JsonNode one : found) {
      assertThat(one.propertyNames())
          .contains(
              "build_commit",
              "cpu_info",
              "gpu_info",
              "backends",
              "model_filename",
              "model_type",
              "model_size",
              "model_n_params",
              "n_batch",
              "n_ubatch",
              "n_threads",
              "type_k",
              "type_v",
              "n_prompt",
              "n_gen",
              "n_depth",
              "test_time",
              "avg_ns",
              "stddev_ns",
              "avg_ts",
              "stddev_ts",
              "samples_ns",
              "samples_ts")
          .doesNotContain("n_gpu_layers");
      assertThat(one.path("samples_ns").size()).isEqualTo(2);
      double mean =
          (one.path("samples_ts").get(0).doubleValue()
                  + one.path("samples_ts").get(1).doubleValue())
              / 2;
      assertThat(one.path("avg_ts").doubleValue()).isCloseTo(mean, within(1e-6));
      assertThat(one.path("model_filename").stringValue()).isEqualTo(model.toString());
      assertThat(one.path("model_type").stringValue()).startsWith("llama ").endsWith(" Q8_0");
    }
    assertThat(found.get(0).path("n_prompt").intValue()).isEqualTo(32);
    assertThat(found.get(4).path("n_depth").intValue()).isEqualTo(8);
    assertThat(found.get(11).path("n_threads").intValue()).isEqualTo(2);
  }

  @Test
  void benchShowsATableOfSeveralModels() {
    Path first = Golden.golden("gguf/llama-untied-tiny.q8_0.gguf");
    Object[] small = {"bench", first, Golden.model(), "-p", 0, "-n", 2, "-d", 4, "-r", 1, "-t", 1};
    Object[] arguments = Arrays.copyOf(small, small.length + 3);
    arguments[small.length] = "--no-warmup";
    arguments[small.length + 1] = "-o";
    arguments[small.length + 2] = "md";
    List<String> lines = Run.of(arguments).succeeded().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.getFirst()).contains("| model ", "| threads |", "t/s |");
    assertThat(lines.get(1)).startsWith("| ----").endsWith("-: |");
    assertThat(lines.get(2)).contains("llama ", "Q8_0", "tg2 @ d4", "±");
    assertThat(lines.get(3)).contains("deepseek2 ");
    arguments[small.length + 2] = "jsonl";
    assertThat(Run.of(arguments).succeeded().lines().map(JsonMapper.shared()::readTree)).hasSize(2);
    arguments[small.length + 2] = "csv";
    assertThat(Run.of(arguments).succeeded().lines())
        .hasSize(3)
        .allMatch(line -> line.split(",").length >= 21);
  }

  @Test
  void benchRefusesWhatCannotBeTimed() {
    Path model = Golden.model();
    assertThat(Run.of("bench", model, "-p", 0, "-n", 0).failed(2)).contains("0 tests");
    assertThat(Run.of("bench", model, "-t", 0).failed(2)).contains("-t [0]");
    assertThat(Run.of("bench", model, "-pg", "5").failed(2)).contains("-pg");
    assertThat(Run.of("bench", model, "-p", 100_000).failed(2)).contains("pp100000");
  }
}
