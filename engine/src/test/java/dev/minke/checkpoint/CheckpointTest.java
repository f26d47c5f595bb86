package dev.minke.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Shared;
import dev.minke.model.WeightName;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Files are believed only when they are whole, and written only as a whole.
class CheckpointTest {
  /// Kept, since a logger that nobody holds forgets its level.
  private static final Logger LOGGER = Logger.getLogger(TrainingCheckpoint.class.getName());

  @TempDir private Path directory = Path.of("");

  /// Hundreds of damaged files are meant here.
  @BeforeAll
  static void hush() {
    LOGGER.setLevel(Level.OFF);
  }

  static Stream<Path> safetensorsFiles() throws IOException {
    try (Stream<Path> files = Files.list(Shared.shared("golden/files/safetensors"))) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("safetensorsFiles")
  void safetensorsAreAcceptedAndRefusedAsByTheReferenceLibrary(Path file) {
    JsonNode expected =
        JsonMapper.shared()
            .readTree(file.resolveSibling("expected.json").toFile())
            .path(file.getFileName().toString());
    if (expected.path("library").asString("").equals("refuses")) {
      assertThatThrownBy(() -> Safetensors.open(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(file.getFileName().toString());
      return;
    }
    try (Safetensors open = Safetensors.open(file);
        Arena arena = Arena.ofConfined()) {
      for (Map.Entry<String, JsonNode> tensor : expected.path("tensors").properties()) {
        Tensor found = Tensor.allocate(arena, DType.F32, Shape.of(tensor.getValue().size()));
        open.read(tensor.getKey(), found);
        for (int i = 0; i < tensor.getValue().size(); i++) {
          assertThat(found.get(0, i)).isEqualTo(tensor.getValue().get(i).doubleValue());
        }
      }
    }
  }

  private static Tensor counting(Arena arena, int... sizes) {
    Tensor x = Tensor.allocate(arena, DType.F32, Shape.of(sizes));
    for (int i = 0; i < x.shape().columns(); i++) {
      x.set(0, i, i + 0.5);
    }
    return x;
  }

  private void write(Arena arena, long step, int keep) {
    write(arena, step, new TrainingCheckpoint.Keep(keep, 0));
  }

  private void write(Arena arena, long step, TrainingCheckpoint.Keep keep) {
    TrainingCheckpoint.write(
        directory,
        step,
        Map.of("w", counting(arena, 3)),
        Map.of("position", "7:" + step),
        keep,
        () -> {});
  }

  @Test
  void theNewestStayAndThoseThatAreKeptForGood() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      for (int step = 0; step <= 22; step += 2) {
        write(arena, step, new TrainingCheckpoint.Keep(2, 8));
      }
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()).sorted())
          .containsExactly(
              "step-00000008.safetensors",
              "step-00000016.safetensors",
              "step-00000020.safetensors",
              "step-00000022.safetensors");
    }
  }

  @Test
  void everyTruncationAndEveryFlippedByteIsFound() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      write(arena, 1, 1);
      Path file = directory.resolve("step-00000001.safetensors");
      byte[] whole = Files.readAllBytes(file);
      for (int length = 0; length < whole.length; length++) {
        Files.write(file, Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> TrainingCheckpoint.latest(directory))
            .as("length " + length)
            .isInstanceOf(CheckpointException.class);
      }
      for (int at = 0; at < whole.length; at++) {
        byte[] damaged = whole.clone();
        damaged[at] ^= 1;
        Files.write(file, damaged);
        assertThatThrownBy(() -> TrainingCheckpoint.latest(directory))
            .as("byte " + at)
            .isInstanceOf(CheckpointException.class);
      }
      Files.write(file, whole);
      assertThat(TrainingCheckpoint.latest(directory).orElseThrow().metadata())
          .isEqualTo(Map.of("position", "7:1"));
    }
  }

  @Test
  void aDamagedCheckpointIsPassedOverAndNeverCostsTheOneBeingWritten() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      write(arena, 20, 2);
      write(arena, 30, 2);
      Files.write(directory.resolve("step-00000030.safetensors"), new byte[5]);
      assertThat(TrainingCheckpoint.exists(directory)).isTrue();
      assertThat(TrainingCheckpoint.latest(directory).orElseThrow().step()).isEqualTo(20);
      write(arena, 25, 1);
      assertThat(TrainingCheckpoint.latest(directory).orElseThrow().step()).isEqualTo(25);
    }
  }

  @Test
  void whatAKilledWriterLeftIsNoCheckpoint() throws IOException {
    Files.write(directory.resolve(".step-00000009.safetensors.tmp"), new byte[100]);
    assertThat(TrainingCheckpoint.latest(directory)).isEmpty();
    assertThat(TrainingCheckpoint.exists(directory)).isFalse();
  }

  @Test
  void aCheckpointOfAnotherModelIsRefusedByTensorName() {
    try (Arena arena = Arena.ofConfined()) {
      write(arena, 1, 1);
      TrainingCheckpoint found = TrainingCheckpoint.latest(directory).orElseThrow();
      assertThatThrownBy(() -> found.readInto(Map.of("v", counting(arena, 3))))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("w");
      assertThatThrownBy(() -> found.readInto(Map.of("w", counting(arena, 4))))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("[3]");
    }
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNoOther() throws IOException {
    Path file = directory.resolve("kept");
    AtomicFile.write(file, new byte[] {1, 2, 3});
    assertThatThrownBy(() ->
            AtomicFile.write(
                file,
                channel -> {
                  channel.write(java.nio.ByteBuffer.wrap(new byte[] {9}));
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("No space left on device");
    assertThat(Files.readAllBytes(file)).containsExactly(1, 2, 3);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"deepseek-v3-tiny", "deepseek-v2-tiny", "deepseek-v2-lite-tiny"})
  void savedModelsAreReadBackBitForBitWholeAndInShards(String name) {
    try (OpenModel original = ModelDirectory.open(Shared.shared("golden/" + name))) {
      for (long shardBytes : new long[] {5L << 30, 50_000}) {
        Path target = directory.resolve("model-" + shardBytes);
        ModelDirectory.save(
            target,
            original.model(),
            new ModelDirectory.Settings(DType.BF16, shardBytes, 0, 1),
            _ -> {});
        try (OpenModel copy = ModelDirectory.open(target)) {
          assertThat(copy.config()).isEqualTo(original.config());
          List<WeightName> expected = original.model().weightNames();
          List<WeightName> found = copy.model().weightNames();
          for (int i = 0; i < expected.size(); i++) {
            for (int part = 0; part < expected.get(i).parts().size(); part++) {
              assertThat(found.get(i).parts().get(part).view().toFloatArray())
                  .as(expected.get(i).name())
                  .isEqualTo(expected.get(i).parts().get(part).view().toFloatArray());
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"deepseek-v3-tiny", "deepseek-v2-tiny", "deepseek-v2-lite-tiny"})
  void bothDialectsOfAConfigurationMeanTheSame(String name) throws IOException {
    Path golden = Shared.shared("golden/" + name);
    Path config = golden.resolve("config.json");
    Path other = golden.resolve("config.other-style.json");
    assertThat(ConfigFile.read(other)).isEqualTo(ConfigFile.read(config));
  }

  @Test
  void aFolderOfOtherFilesIsNotOverwritten() throws IOException {
    Path target = Files.createDirectory(directory.resolve("precious"));
    Files.writeString(target.resolve("thesis.txt"), "years of work");
    try (OpenModel original = ModelDirectory.open(Shared.shared("golden/deepseek-v3-tiny"))) {
      assertThatThrownBy(() ->
              ModelDirectory.save(
                  target, original.model(), ModelDirectory.Settings.of(DType.F32, -1, -1), _ -> {}))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("choose another");
    }
    assertThat(target.resolve("thesis.txt")).hasContent("years of work");
  }
}
