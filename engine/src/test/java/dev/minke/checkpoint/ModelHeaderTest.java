package dev.minke.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Shared;
import dev.minke.checkpoint.ModelHeader.Container;
import dev.minke.checkpoint.ModelHeader.Role;
import dev.minke.checkpoint.ModelHeader.Stored;
import dev.minke.checkpoint.ModelHeader.TypeTotal;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderSize;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelHeaderTest {
  @TempDir private Path directory = Path.of("");

  private static Path golden(String name) {
    return Shared.shared("golden/" + name);
  }

  private Path copy(String golden) throws IOException {
    Path copy = Files.createDirectory(directory.resolve("copy"));
    try (var files = Files.list(golden(golden))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private Path unzipped(Path zipped) throws IOException {
    Path file = directory.resolve(zipped.getFileName().toString().replace(".gz", ""));
    try (InputStream in = new GZIPInputStream(Files.newInputStream(zipped))) {
      Files.copy(in, file);
    }
    return file;
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  /// Counted from sizes, and summed over the tensors that are there; the predictor's layer has
  /// copies of embedding and head.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "golden/deepseek-v3-tiny",
        "golden/deepseek-v3-tiny-fp8",
        "golden/deepseek-v2-tiny",
        "golden/deepseek-v2-lite-tiny",
        "golden/llama-untied-tiny",
        "golden/llama-tied-tiny",
        "golden/qwen2-tiny",
        "golden/qwen3-tiny",
        "golden/qwen3-moe-tiny",
        "data/llama-bf16-random",
        "data/stories260K/hf"
      })
  void aDirectoryHoldsTheParametersOfItsConfiguration(String name) {
    Path path = Shared.shared(name);
    ModelHeader header = ModelHeader.read(path);
    assertThat(header.refusal()).isNull();
    DecoderConfig config = ModelDirectory.config(path);
    assertThat(header.config()).isEqualTo(config);
    DecoderSize.Parts parts = new DecoderSize(config).parts();
    long copies = config.predictors() * 2L * config.vocab() * config.dim();
    assertThat(header.parameters()).isEqualTo(parts.total() + parts.predictor() + copies);
    assertThat(header.architecture()).isEqualTo(config.architecture().modelType());
    assertThat(header.container()).isEqualTo(Container.SAFETENSORS);
    assertThat(header.notes().contextLength()).isEqualTo(config.positions().maxLength());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-untied-tiny.f32",
        "llama-untied-tiny.q8_0",
        "llama-untied-tiny.q4_0",
        "deepseek-v3-tiny.old.bf16",
        "deepseek-v3-tiny.new.bf16",
        "deepseek-v2-lite-tiny.old.bf16",
        "deepseek-v2-lite-tiny.new.bf16",
        "qwen2-tiny.f16",
        "qwen3-tiny.bf16"
      })
  void aGgufFileHoldsTheParametersOfItsMetadata(String name) {
    Path path = golden("gguf/" + name + ".gguf");
    ModelHeader header = ModelHeader.read(path);
    assertThat(header.refusal()).isNull();
    try (StoredModel model = StoredModel.open(path)) {
      assertThat(header.config()).isEqualTo(model.config());
      assertThat(header.parameters()).isEqualTo(new DecoderSize(model.config()).parts().total());
    }
    assertThat(header.notes().tokenizer().kind()).isEqualTo("byte-level BPE");
    assertThat(header.notes().chatTemplate()).isNotBlank();
  }

  @Test
  void typesAreCountedApart() throws IOException {
    assertThat(ModelHeader.read(golden("gguf/llama-untied-tiny.q4_0.gguf")).types())
        .containsExactly(
            new TypeTotal("Q4_0", Role.WEIGHT, 16, 204_864, 204_864 / 32 * 18),
            new TypeTotal("F32", Role.WEIGHT, 5, 480, 1920),
            new TypeTotal("F32", Role.TABLE, 1, 8, 32));
    ModelHeader fp8 = ModelHeader.read(golden("deepseek-v3-tiny-fp8"));
    assertThat(fp8.types())
        .extracting(TypeTotal::type, TypeTotal::role)
        .contains(
            org.assertj.core.groups.Tuple.tuple("F8_E4M3", Role.WEIGHT),
            org.assertj.core.groups.Tuple.tuple("F32", Role.SCALE));
    assertThat(fp8.parameters())
        .isEqualTo(ModelHeader.read(golden("deepseek-v3-tiny")).parameters());
    long dataBytes;
    try (Safetensors file = Safetensors.open(golden("deepseek-v3-tiny-fp8/model.safetensors"))) {
      dataBytes =
          file.entries().values().stream().mapToLong(Safetensors.Entry::end).max().orElse(0);
    }
    assertThat(fp8.bytes()).isEqualTo(dataBytes);
  }

  /// The last axis is the fastest, whatever the container has.
  @Test
  void shapesOfBothContainersAgree() {
    Stored table =
        ModelHeader.read(golden("gguf/llama-untied-tiny.f32.gguf")).tensors().stream()
            .filter(one -> one.name().equals("token_embd.weight"))
            .findFirst()
            .orElseThrow();
    assertThat(table.shape()).containsExactly(331L, 96L);
    assertThat(ModelHeader.read(golden("llama-untied-tiny")).tensors())
        .contains(
            new Stored(
                "model.embed_tokens.weight",
                "F32",
                List.of(331L, 96L),
                table.bytes(),
                Role.WEIGHT));
  }

  @Test
  void anyPartOfASplitModelStandsForAll() {
    for (int part = 1; part <= 3; part++) {
      ModelHeader header =
          ModelHeader.read(golden("files/gguf/split-%05d-of-00003.gguf".formatted(part)));
      assertThat(header.files()).hasSize(3);
      assertThat(header.path().getFileName()).hasToString("split-00001-of-00003.gguf");
    }
  }

  @Test
  void tokenizersAreCountedAsTheyAreRead() throws IOException {
    for (String name : List.of("deepseek-v3", "qwen3")) {
      Path file = unzipped(Shared.shared("data/tokenizer-" + name + "/tokenizer.json.gz"));
      TokenizerHeader header = TokenizerHeader.read(file);
      assertThat(header.kind()).isEqualTo("byte-level BPE");
      assertThat(header.vocabulary()).isEqualTo(Tokenizer.read(file).vocab());
      Files.delete(file);
    }
    assertThat(TokenizerHeader.read(golden("deepseek-v3-tiny/tokenizer.json")).preTokenizer())
        .isEqualTo("3 × Split, ByteLevel");
  }

  @Test
  void kindsOfTokenizersAreTold() throws IOException {
    Path pieces =
        file("pieces.json", "{\"model\": {\"byte_fallback\": true, \"vocab\": {\"a\": 7}}}");
    assertThat(TokenizerHeader.read(pieces))
        .isEqualTo(new TokenizerHeader("SentencePiece BPE", 8, null));
    Path unigram =
        file(
            "unigram.json",
            "{\"pre_tokenizer\": null, \"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\","
                + " -1.5], [\"b\", 0]]}, \"added_tokens\": [{\"id\": 2, \"content\": \"]\"}]}");
    assertThat(TokenizerHeader.read(unigram)).isEqualTo(new TokenizerHeader("Unigram", 3, null));
    Path endless =
        file("endless.json", "{\"pre_tokenizer\": " + "{\"pretokenizers\": [".repeat(1_000_000));
    assertThatThrownBy(() -> TokenizerHeader.read(endless)).hasMessageContaining("100 deep");
  }

  @Test
  void vocabulariesWithoutWeightsAreDescribedAndRefused() throws IOException {
    for (String name : List.of("deepseek-coder", "deepseek-llm", "gpt-2")) {
      Path file = unzipped(Shared.shared("data/vocab-gguf/ggml-vocab-" + name + ".gguf.gz"));
      ModelHeader header = ModelHeader.read(file);
      assertThat(header.refusal()).contains(file.toString(), "a tokenizer alone");
      assertThat(header.notes().tokenizer().preTokenizer()).isEqualTo(name);
      assertThat(header.metadata()).containsEntry("general.name", name);
    }
  }

  private ModelHeader withConfig(String golden, String old, String replacement) throws IOException {
    Path copy = copy(golden);
    Path config = copy.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains(old);
    Files.writeString(config, text.replace(old, replacement));
    return ModelHeader.read(copy);
  }

  @Test
  void anotherArchitectureIsDescribedAndRefusedByName() throws IOException {
    ModelHeader header =
        withConfig(
            "deepseek-v3-tiny",
            "\"model_type\": \"deepseek_v3\"",
            "\"model_type\": \"deepseek_v32\"");
    assertThat(header.config()).isNull();
    assertThat(header.refusal()).contains("model_type", "deepseek_v32");
    assertThat(header.architecture()).isEqualTo("deepseek_v32");
    assertThat(header.parameters())
        .isEqualTo(ModelHeader.read(golden("deepseek-v3-tiny")).parameters());
    assertThat(header.notes().tokenizer()).isNotNull();
  }

  @Test
  void anIndexerIsRefusedByName() throws IOException {
    assertThat(
            withConfig(
                    "deepseek-v3-tiny",
                    "\"model_type\": \"deepseek_v3\"",
                    "\"model_type\": \"deepseek_v3\", \"index_topk\": 2048")
                .refusal())
        .contains("index_topk");
  }

  @Test
  void anUnknownScalingIsRefusedByName() throws IOException {
    ModelHeader header = withConfig("deepseek-v3-tiny", "\"yarn\"", "\"longrope\"");
    assertThat(header.refusal()).contains("rope_scaling", "longrope");
    assertThat(header.notes().ropeScaling()).isEqualTo("longrope");
  }

  /// Sizes do not depend on how weights are stored.
  @Test
  void sizesOfAnotherQuantisationAreKnown() throws IOException {
    ModelHeader header =
        withConfig(
            "qwen2-tiny",
            "\"model_type\": \"qwen2\"",
            "\"model_type\": \"qwen2\", \"quantization_config\": {\"quant_method\": \"awq\"}");
    assertThat(header.config()).isEqualTo(ModelDirectory.config(golden("qwen2-tiny")));
    assertThat(header.refusal()).contains("quantization_config", "awq");
  }

  @Test
  void aMissingShardLeavesWhatTheConfigurationSays() throws IOException {
    Path copy = copy("qwen2-tiny");
    Files.delete(copy.resolve("model-00002-of-00003.safetensors"));
    ModelHeader header = ModelHeader.read(copy);
    assertThat(header.config()).isNotNull();
    assertThat(header.tensors()).isEmpty();
    assertThat(header.refusal()).contains("model-00002-of-00003.safetensors");
  }

  @Test
  void impossibleSizesAreRefused() throws IOException {
    for (String wrong :
        List.of(
            "\"num_attention_heads\": 0",
            "\"hidden_size\": 9999999999",
            "\"num_hidden_layers\": 2147483647")) {
      String key = wrong.substring(0, wrong.indexOf(':'));
      Path config =
          file(
              "config.json",
              Files.readString(golden("llama-untied-tiny/config.json"))
                  .replaceFirst(key + ": \\d+", wrong)
                  .replaceFirst("\"head_dim\": \\d+, ", ""));
      assertThat(ModelHeader.read(config).refusal()).startsWith(config.toString());
    }
  }

  @Test
  void aTemplateOfItsOwnGoesFirst() throws IOException {
    Path copy = copy("deepseek-v3-tiny");
    assertThat(ModelHeader.read(copy).notes().chatTemplate()).startsWith("{% for m in messages %}");
    Files.writeString(
        copy.resolve("tokenizer_config.json"),
        """
        {"chat_template": [{"name": "tool_use", "template": "b"}, {"name": "default", "template": "a"}]}
        """);
    assertThat(ModelHeader.read(copy).notes().chatTemplate()).isEqualTo("a");
    Files.writeString(copy.resolve("chat_template.jinja"), "{{ own }}\n");
    assertThat(ModelHeader.read(copy).notes().chatTemplate()).isEqualTo("{{ own }}\n");
  }

  @Test
  void licencesAreFoundWhereTheyStand() throws IOException {
    assertThat(Licence.of(directory)).isNull();
    file("LICENSE", "\n  MIT License\n\nCopyright");
    assertThat(Licence.of(directory)).isEqualTo("MIT License");
    file("LICENSE-MODEL", "# DEEPSEEK LICENSE AGREEMENT\n");
    assertThat(Licence.of(directory)).isEqualTo("DEEPSEEK LICENSE AGREEMENT");
    file("README.md", "---\ntags:\n- a\nlicense: other\nlicense_name: \"deepseek\"\n---\n# x\n");
    assertThat(Licence.of(directory)).isEqualTo("deepseek");
    file("README.md", "---\nlicense: apache-2.0\n---\nlicense: none\n");
    assertThat(Licence.of(directory)).isEqualTo("apache-2.0");
    file("README.md", "no front matter\nlicense: mit\n");
    assertThat(Licence.of(directory)).isEqualTo("DEEPSEEK LICENSE AGREEMENT");
    Path gguf = directory.resolve("a.gguf");
    new GgufWriter()
        .put("general.license", "other")
        .put("general.license.name", "llama3.1")
        .put("general.sampling.temp", 0.6f)
        .write(gguf);
    ModelHeader.Notes notes = ModelHeader.read(gguf).notes();
    assertThat(notes.licence()).isEqualTo("llama3.1");
    assertThat(notes.generation()).containsEntry("temp", 0.6f);
  }

  @Test
  void whatMakersAdviseIsTold() {
    assertThat(ModelHeader.read(golden("deepseek-v3-tiny")).notes().generation())
        .containsEntry("temperature", 0.6)
        .containsEntry("top_p", 0.95)
        .doesNotContainKey("transformers_version");
  }

  @Test
  void whatIsNoModelIsRefused() throws IOException {
    for (Path file :
        List.of(
            file("empty.gguf", ""),
            file("text.gguf", "some text"),
            file("empty.json", ""),
            file("broken.json", "{\"model_type\": "),
            file("list.json", "[1, 2]"),
            file("a.safetensors", ""),
            directory.resolve("absent"),
            directory)) {
      assertThatThrownBy(() -> ModelHeader.read(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(file.toString());
    }
  }
}
