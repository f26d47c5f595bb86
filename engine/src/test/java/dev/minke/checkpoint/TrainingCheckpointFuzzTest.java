package dev.minke.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.minke.Edits;
import dev.minke.Hostile;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A training checkpoint whose header is edited, its checksum right or wrong, is read or refused.
class TrainingCheckpointFuzzTest {
  private static final String METADATA = "__metadata__";
  private static final String CHECKSUM = "minke.crc32c";
  private static final Logger LOGGER = Logger.getLogger(TrainingCheckpoint.class.getName());
  private static final Map<String, ObjectNode> CHECKPOINTS = Map.of("checkpoint", header());

  static {
    LOGGER.setLevel(Level.OFF);
  }

  @TempDir static Path directory = Path.of("");

  private static ObjectNode header() {
    ObjectNode header = JsonMapper.shared().createObjectNode();
    header
        .putObject(METADATA)
        .put("minke.checkpoint", "1")
        .put("minke.step", "7")
        .put("run.data", "abc");
    header.putObject("w").put("dtype", "F32").putArray("shape").add(2).add(3);
    header.putObject("v").put("dtype", "BF16").putArray("shape").add(4);
    return header;
  }

  @Timeout(60)
  @FuzzTest
  void isReadOrRefused(byte[] lines) throws IOException {
    Edits edits = new Edits(lines);
    ObjectNode header = edits.chosen(CHECKPOINTS).deepCopy();
    edits.apply(header);
    if (header.path(METADATA) instanceof ObjectNode facts && !facts.has(CHECKSUM)) {
      facts.put(CHECKSUM, checksum(header));
    }
    Path file = directory.resolve("step-00000007.safetensors");
    Files.write(file, TinyDirectories.safetensors(header));
    List<TrainingCheckpoint> read = new ArrayList<>();
    Hostile.uses(file, () -> latest().ifPresent(read::add));
    try (Arena arena = Arena.ofConfined()) {
      Tensor w = Tensor.allocate(arena, DType.F32, Shape.of(2, 3));
      Tensor v = Tensor.allocate(arena, DType.F32, Shape.of(4));
      for (TrainingCheckpoint checkpoint : read) {
        Hostile.uses(file, () -> checkpoint.readInto(Map.of("w", w, "v", v)));
      }
    }
  }

  /// Another version is no damage, and says so in a type of its own.
  private static Optional<TrainingCheckpoint> latest() {
    try {
      return TrainingCheckpoint.latest(directory);
    } catch (IllegalStateException e) {
      throw new CheckpointException(String.valueOf(e.getMessage()), e);
    }
  }

  /// What a checkpoint of these bytes has to say: facts by key, tensors in order, the data.
  private static String checksum(ObjectNode header) {
    CRC32C crc = new CRC32C();
    header
        .path(METADATA)
        .propertyStream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(fact -> update(crc, fact.getKey(), fact.getValue().asString("")));
    byte[] file = TinyDirectories.safetensors(header);
    for (Map.Entry<String, JsonNode> tensor : header.properties()) {
      if (!tensor.getKey().equals(METADATA)) {
        List<Long> shape =
            tensor.getValue().path("shape").valueStream().map(size -> size.asLong(0)).toList();
        String dtype = tensor.getValue().path("dtype").asString("");
        update(crc, tensor.getKey(), dtype, shape.toString());
      }
    }
    int headerBytes =
        8 + (int) java.nio.ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
    crc.update(file, headerBytes, file.length - headerBytes);
    return Long.toHexString(crc.getValue());
  }

  private static void update(CRC32C crc, String... texts) {
    for (String text : texts) {
      crc.update(text.getBytes(StandardCharsets.UTF_8));
      crc.update(0xFF);
    }
  }
}
