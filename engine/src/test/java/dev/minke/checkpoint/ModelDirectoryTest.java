package dev.minke.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Shared;
import dev.minke.model.WeightName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Directories of models, whole and broken, made from a golden one by a reader and writer of
/// safetensors of this test's own.
class ModelDirectoryTest {
  private static final String NORM = "model.norm.weight";
  private static final String EMBEDDING = "model.embed_tokens.weight";

  @TempDir Path directory;

  /// Tensors as F32, by name.
  private final Map<String, Weight> weights = new TreeMap<>();

  private record Weight(List<Integer> shape, float[] values) {}

  @BeforeEach
  void readGolden() throws IOException {
    Path golden = Shared.shared("golden/deepseek-v3-tiny");
    Files.copy(golden.resolve("config.json"), directory.resolve("config.json"));
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(golden.resolve("model.safetensors")))
            .order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) file.getLong(0);
    String json = new String(file.array(), 8, header, StandardCharsets.UTF_8);
    for (Map.Entry<String, JsonNode> entry : JsonMapper.shared().readTree(json).properties()) {
      JsonNode tensor = entry.getValue();
      if (!entry.getKey().equals("__metadata__")) {
        List<Integer> shape = tensor.path("shape").valueStream().map(JsonNode::intValue).toList();
        boolean half = tensor.path("dtype").asString().equals("BF16");
        int size = half ? 2 : 4;
        int begin = 8 + header + tensor.path("data_offsets").path(0).intValue();
        int end = 8 + header + tensor.path("data_offsets").path(1).intValue();
        float[] values = new float[(end - begin) / size];
        for (int i = 0; i < values.length; i++) {
          values[i] =
              half
                  ? Float.intBitsToFloat(file.getShort(begin + size * i) << 16)
                  : file.getFloat(begin + size * i);
        }
        weights.put(entry.getKey(), new Weight(shape, values));
      }
    }
  }

  /// Writes tensors as one file.
  private void write(String name, String dtype, Map<String, Weight> tensors) throws IOException {
    ObjectNode header = JsonMapper.shared().createObjectNode();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Map.Entry<String, Weight> tensor : tensors.entrySet()) {
      Weight weight = tensor.getValue();
      int size = dtype.equals("F16") ? 2 : dtype.equals("F64") ? 8 : 4;
      ByteBuffer bytes =
          ByteBuffer.allocate(size * weight.values.length).order(ByteOrder.LITTLE_ENDIAN);
      for (float value : weight.values) {
        switch (dtype) {
          case "F16" -> bytes.putShort(Float.floatToFloat16(value));
          case "F64" -> bytes.putDouble(value);
          default -> bytes.putFloat(value);
        }
      }
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", dtype);
      entry.putPOJO("shape", weight.shape);
      entry.putPOJO("data_offsets", List.of(data.size(), data.size() + bytes.capacity()));
      data.writeBytes(bytes.array());
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    try (var out = Files.newOutputStream(directory.resolve(name))) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      out.write(json);
      data.writeTo(out);
    }
  }

  private void writeWeights() throws IOException {
    write("model.safetensors", "F32", weights);
  }

  private void refused(String... words) {
    assertThatThrownBy(() -> ModelDirectory.open(directory).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(words);
  }

  /// What the model has read is what the file's type leaves of the weights.
  private void requireRead(DoubleUnaryOperator stored) {
    try (OpenModel open = ModelDirectory.open(directory)) {
      for (WeightName weight : open.model().weightNames()) {
        Weight written = weights.get(weight.name());
        if (written != null) {
          int at = 0;
          for (WeightName.Part part : weight.parts()) {
            for (float found : part.view().toFloatArray()) {
              float expected = (float) stored.applyAsDouble(written.values[at++]);
              assertThat(found).as(weight.name()).isEqualTo(expected);
            }
          }
          assertThat(at).isEqualTo(written.values.length);
        }
      }
    }
  }

  @Test
  void halfPrecisionIsReadExactly() throws IOException {
    // Smaller than any normal number of this type, and larger than one with a fraction.
    weights.get(NORM).values[0] = 3e-7f;
    weights.get(NORM).values[1] = 4097;
    write("model.safetensors", "F16", weights);
    requireRead(value -> Float.float16ToFloat(Float.floatToFloat16((float) value)));
  }

  @Test
  void singleAndDoublePrecisionAreReadExactly() throws IOException {
    writeWeights();
    requireRead(value -> value);
    write("model.safetensors", "F64", weights);
    requireRead(value -> value);
  }

  @Test
  void infiniteHalvesAreRefused() throws IOException {
    weights.get(NORM).values[2] = 1e6f;
    write("model.safetensors", "F16", weights);
    refused("model.safetensors", NORM, "finite", "Infinity");
  }

  @Test
  void integersAreNoWeights() throws IOException {
    write("model.safetensors", "I32", weights);
    refused("model.safetensors", "I32");
  }

  @Test
  void aMissingTensorIsNamedWithItsShape() throws IOException {
    weights.remove(EMBEDDING);
    writeWeights();
    refused(directory.toString(), EMBEDDING, "found none");
  }

  @Test
  void aTensorTooManyIsNamed() throws IOException {
    weights.put("model.vision.weight", new Weight(List.of(1), new float[1]));
    writeWeights();
    refused("only tensors of this architecture", "model.vision.weight");
  }

  @Test
  void anotherShapeIsNamedBesideTheExpectedOne() throws IOException {
    int length = weights.get(NORM).values.length;
    weights.put(NORM, new Weight(List.of(length - 1), new float[length - 1]));
    writeWeights();
    refused(NORM, "[" + length + "]", "[" + (length - 1) + "]");
  }

  @Test
  void aDirectoryWithoutWeightsSaysWhichFilesItLooksFor() {
    refused("model.safetensors", "model.safetensors.index.json", "found neither");
  }

  @Test
  void aFileWithoutTensorsIsRefused() throws IOException {
    write("model.safetensors", "F32", Map.of());
    refused("model.safetensors", "found no tensor");
  }

  @Test
  void aConfigurationThatIsAbsentEmptyOrBrokenIsRefused() throws IOException {
    writeWeights();
    Path config = directory.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.substring(0, text.length() / 2));
    refused("config.json", "JSON");
    Files.writeString(config, "");
    refused("config.json", "empty");
    Files.delete(config);
    refused("config.json");
  }

  /// Two shards, the embedding in the second one.
  private void writeShards(String index) throws IOException {
    Weight embedding = weights.get(EMBEDDING);
    Map<String, Weight> first = new TreeMap<>(weights);
    first.remove(EMBEDDING);
    write("first.safetensors", "F32", first);
    write("second.safetensors", "F32", Map.of(EMBEDDING, embedding));
    Files.writeString(directory.resolve("model.safetensors.index.json"), index);
  }

  private static String index(String... shards) {
    Iterator<String> names = List.of(NORM, EMBEDDING, "lm_head.weight").iterator();
    ObjectNode index = JsonMapper.shared().createObjectNode();
    ObjectNode map = index.putObject("weight_map");
    for (String shard : shards) {
      map.put(names.next(), shard);
    }
    return index.toString();
  }

  @Test
  void shardsAreReadByTheirIndex() throws IOException {
    writeShards(index("first.safetensors", "second.safetensors"));
    requireRead(value -> value);
  }

  @Test
  void anIndexMayNotLeaveItsDirectory() throws IOException {
    writeShards(index("first.safetensors", "../second.safetensors"));
    refused("index.json", "'../second.safetensors'");
    writeShards(index("first.safetensors", "/etc/passwd"));
    refused("index.json", "'/etc/passwd'");
  }

  @Test
  void anIndexThatIsBrokenOrEmptyIsRefused() throws IOException {
    writeShards("{\"weight_map\": {");
    refused("index.json", "JSON");
    writeShards("{}");
    refused("index.json", "weight_map");
  }

  @Test
  void aShardThatIsAbsentIsNamed() throws IOException {
    writeShards(index("first.safetensors", "third.safetensors"));
    refused("third.safetensors");
  }

  @Test
  void aTensorInTwoShardsIsNamed() throws IOException {
    writeShards(index("first.safetensors", "second.safetensors", "again.safetensors"));
    write("again.safetensors", "F32", Map.of(EMBEDDING, weights.get(EMBEDDING)));
    refused("each tensor once", EMBEDDING);
  }
}
