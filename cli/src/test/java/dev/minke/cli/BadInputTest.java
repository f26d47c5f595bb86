package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that are not what they should be: one line, nothing lost, nothing half-written.
class BadInputTest {
  @TempDir private Path temporary;
  private Path model;
  private Path weights;
  private Path out;

  @BeforeEach
  void copyModel() throws IOException {
    model = Golden.copy(temporary.resolve("model"));
    weights = model.resolve("model.safetensors");
    out = temporary.resolve("out.safetensors");
  }

  private String refused() {
    String line = Run.of("logits", model, "--ids", "1,2", "--out", out).failed(1);
    assertThat(Files.exists(out)).isFalse();
    return line;
  }

  @Test
  void theUndamagedCopyIsAccepted() {
    Run.of("logits", model, "--ids", "1,2", "--out", out).succeeded();
    assertThat(out).isNotEmptyFile();
  }

  @Test
  void truncatedWeights() throws IOException {
    try (FileChannel file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 100);
    }
    assertThat(refused()).contains("model.safetensors");
  }

  @Test
  void aHeaderThatLiesAboutItsLength() throws IOException {
    for (long length : new long[] {Long.MAX_VALUE, -1, 1L << 40, 3}) {
      ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
      try (FileChannel file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
        file.write(bytes, 0);
      }
      assertThat(refused()).contains("model.safetensors");
    }
  }

  @Test
  void weightsThatAreNoNumbers() throws IOException {
    try (FileChannel file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      ByteBuffer nan = ByteBuffer.wrap(new byte[] {(byte) 0xC0, 0x7F, (byte) 0xC0, 0x7F});
      file.write(nan, file.size() - 4);
    }
    assertThat(refused()).contains("NaN", "model.safetensors");
  }

  @Test
  void emptyFiles() throws IOException {
    for (String name : new String[] {"model.safetensors", "config.json"}) {
      Files.write(model.resolve(name), new byte[0]);
      assertThat(refused()).contains(name);
    }
  }

  @Test
  void anEmptyTokenizer() throws IOException {
    Files.write(model.resolve("tokenizer.json"), new byte[0]);
    assertThat(Run.of("predict", model, "a").failed(1)).contains("tokenizer.json");
  }

  @Test
  void aTokenizerThatDoesNotFitTheWeights() throws IOException {
    Path other = Golden.model().resolveSibling("llama-untied-tiny").resolve("tokenizer.json");
    String text = Files.readString(Golden.model().resolve("tokenizer.json"));
    assertThat(text).contains("\"added_tokens\"");
    String more =
        text.replaceFirst(
            "\"added_tokens\"\\s*:\\s*\\[",
            "\"added_tokens\": [{\"id\": 60000, \"content\": \"<|far|>\", \"single_word\": false,"
                + " \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\":"
                + " true},");
    assertThat(more).as(other.toString()).isNotEqualTo(text);
    Files.writeString(model.resolve("tokenizer.json"), more);
    assertThat(Run.of("predict", model, "a").failed(1)).contains("tokenizer.json", "60001");
    assertThat(Run.of("generate", model, "--prompt", "a").failed(1)).contains("tokenizer.json");
  }

  @Test
  void theDirectoryOfARunStandsForItsModel() {
    assertThat(Run.of("predict", temporary, "a").succeeded())
        .isEqualTo(Run.of("predict", model, "a").succeeded());
  }

  @Test
  void moreTokensThanTheModelHasRoomFor() {
    Run run = Run.of("generate", model, "--prompt", "The", "-n", 100_000);
    assertThat(run.failed(2)).contains("-n: expected at most ", "found 100000");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void noModel() throws IOException {
    assertThat(Run.of("predict", temporary.resolve("absent"), "a").failed(1)).contains("absent");
    Path alone = temporary.resolve("alone.safetensors");
    Files.copy(weights, alone);
    assertThat(Run.of("predict", alone, "a").failed(1)).contains("alone.safetensors", "GGUF");
    assertThat(Run.of("cost", temporary).failed(1)).contains("ledger.jsonl");
  }

  @Test
  void anOutputThatCannotBeWritten() throws IOException {
    out = temporary.resolve("absent").resolve("out.safetensors");
    assertThat(refused()).contains("out.safetensors");
    out = Files.writeString(temporary.resolve("file"), "x").resolve("out.safetensors");
    assertThat(refused()).contains("out.safetensors");
  }

  @Test
  void aFullDisk() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "this system has no /dev/full");
    out = temporary.resolve("out.safetensors");
    Files.createSymbolicLink(temporary.resolve(".out.safetensors.tmp"), full);
    assertThat(refused()).contains("out.safetensors", "space");
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).containsExactly(model);
    }
  }

  @Test
  void debugShowsWhere() throws IOException {
    Files.write(weights, new byte[0]);
    Run run = Run.of("logits", model, "--ids", "1", "--out", out, "--debug");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("\tat dev.minke.");
  }
}
