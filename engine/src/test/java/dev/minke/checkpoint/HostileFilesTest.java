package dev.minke.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.ChildJvm;
import dev.minke.Edits;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/// What only a file system can do to a reader: pipes and directories under a file's name, loops of
/// links, files that shrink while they are read, and files that are far larger than their kind.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileFilesTest {
  @TempDir private Path directory = Path.of("");

  private Path model(String name, String... edits) throws IOException {
    ObjectNode root = TinyDirectories.all().get(name).deepCopy();
    new Edits((name + "\n" + String.join("\n", edits)).getBytes(StandardCharsets.UTF_8))
        .apply(root);
    TinyDirectories.write(root, directory);
    return directory;
  }

  private static void refused(Path path, String... words) {
    assertThatThrownBy(() -> StoredModel.open(path).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(words)
        .hasMessageNotContaining("\n");
  }

  private static void pipe(Path file) throws IOException, InterruptedException {
    Files.deleteIfExists(file);
    try {
      Process made = new ProcessBuilder("mkfifo", file.toString()).start();
      assumeTrue(made.waitFor() == 0, "not run: no pipes here");
    } catch (IOException e) {
      assumeTrue(false, "not run: no pipes here");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors"})
  void aPipeUnderAFilesNameIsNotWaitedFor(String name) throws Exception {
    Path model = model("qwen2");
    pipe(model.resolve(name));
    refused(model, name, "expected a file, found a pipe or device");
  }

  @Test
  void aPipeIsNoGgufFileAndNoTokenizer() throws Exception {
    Path file = directory.resolve("some.gguf");
    pipe(file);
    refused(file, "some.gguf", "expected a file, found a pipe or device");
    Path json = directory.resolve("tokenizer.json");
    pipe(json);
    assertThatThrownBy(() -> Tokenizer.read(json))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("tokenizer.json", "pipe or device");
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors", "model.safetensors.index.json"})
  void aDirectoryUnderAFilesNameIsRefused(String name) throws IOException {
    Path model = model(name.endsWith("index.json") ? "sharded" : "qwen2");
    Files.delete(model.resolve(name));
    Files.createDirectory(model.resolve(name));
    refused(model, name, "expected a file, found a directory");
    Files.delete(model.resolve(name));
  }

  @Test
  void aLoopOfLinksIsRefused() throws IOException {
    Path model = model("qwen2");
    Path weights = model.resolve("model.safetensors");
    Path other = model.resolve("other");
    Files.delete(weights);
    Files.createSymbolicLink(weights, other);
    Files.createSymbolicLink(other, weights);
    refused(model, "model.safetensors");
    Path config = model.resolve("config.json");
    Files.delete(config);
    Files.createSymbolicLink(config, config);
    refused(model, "config.json");
  }

  /// Hubs' caches are made of links.
  @Test
  void aLinkToAFileIsTheFile() throws IOException {
    Path model = model("qwen2");
    Path blob = Files.move(model.resolve("model.safetensors"), model.resolve("blob"));
    Files.createSymbolicLink(model.resolve("model.safetensors"), blob);
    try (StoredModel open = StoredModel.open(model)) {
      assertThat(open.bytes()).isPositive();
    }
  }

  @Test
  void aFileThatMayNotBeReadSaysSo() throws IOException {
    Path model = model("qwen2");
    Path weights = model.resolve("model.safetensors");
    assumeTrue(
        weights.toFile().setReadable(false) && !Files.isReadable(weights),
        "not run: this user may read everything");
    refused(model, "model.safetensors", "permission denied");
  }

  private static void cut(Path file, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    }
  }

  @Test
  void aFileThatShrinksAfterItWasOpenedIsRefusedWhereItEnds() throws IOException {
    Path model = model("deepseek_v3");
    Path weights = model.resolve("model.safetensors");
    try (StoredModel open = StoredModel.open(model)) {
      cut(weights, Files.size(weights) / 2);
      assertThatThrownBy(
              () -> open.load(new ReferenceKernels(), open.residency(Long.MAX_VALUE), _ -> {}))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll("model.safetensors", "found its end", "fetch it again")
          .hasMessageNotContaining("\n");
    }
    Path file = directory.resolve("model.gguf");
    Files.write(file, TinyGgufs.bytes(TinyGgufs.all().get("deepseek_v3")));
    try (StoredModel open = StoredModel.open(file)) {
      cut(file, Files.size(file) / 2);
      assertThatThrownBy(
              () -> open.load(new ReferenceKernels(), open.residency(Long.MAX_VALUE), _ -> {}))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll("model.gguf", "found its end", "fetch it again")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void everyTruncationOfAModelIsRefused() throws IOException {
    byte[] gguf = TinyGgufs.bytes(TinyGgufs.all().get("qwen3"));
    Path file = directory.resolve("model.gguf");
    Files.write(file, gguf);
    for (int length = gguf.length - 33; length >= 0; length -= 1 + length / 50) {
      cut(file, length);
      refused(file, "model.gguf", "expected", "found");
    }
    Path weights = model("qwen3").resolve("model.safetensors");
    for (long length = Files.size(weights) - 1; length >= 0; length -= 1 + length / 50) {
      cut(weights, length);
      refused(directory, "model.safetensors", "expected", "found");
    }
  }

  private static void sparse(Path file, String head, long bytes) throws IOException {
    Files.writeString(file, head);
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(bytes);
    }
  }

  @ParameterizedTest
  @CsvSource({"config.json, qwen2", "model.safetensors.index.json, sharded"})
  void jsonOfGigabytesIsNotRead(String name, String kind) throws IOException {
    Path model = model(kind);
    sparse(model.resolve(name), "{", 3L << 30);
    refused(model, name, "bytes of JSON, found 3221225472");
  }

  /// A brace of the file is a hundred bytes of memory.
  @Test
  void aTreeOfMillionsOfBracesIsRefused() throws IOException {
    Path model = model("qwen2");
    String braces = "{},".repeat(5_000_000);
    Files.writeString(model.resolve("config.json"), "{\"a\":[" + braces + "{}]}");
    refused(model, "config.json", "Token count");
    Path tokenizer = Files.move(model.resolve("config.json"), model.resolve("tokenizer.json"));
    assertThatThrownBy(() -> Tokenizer.read(tokenizer))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContainingAll("tokenizer.json", "Token count");
  }

  /// Seven bytes of the file are two hundred of memory.
  @Test
  void aHeaderOfMillionsOfFactsIsRefused() throws IOException {
    StringBuilder facts = new StringBuilder("{\"__metadata__\":{");
    for (int i = 0; i < 2_000_000; i++) {
      facts.append('"').append(Integer.toString(i, 36)).append("\":\"\",");
    }
    facts.append("\"a\":\"\"}}");
    Path file = directory.resolve("facts.safetensors");
    Files.write(file, HostileSeeds.header(facts.toString(), 0));
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("facts.safetensors", "256 MiB");
  }

  /// In a JVM of little memory: a model of terabytes is refused by its numbers, not by the memory.
  @Test
  void sizesAreBelievedOnlyAsFarAsTheFilesGo() throws Exception {
    Map<String, List<String>> models =
        Map.of(
            "qwen2", List.of("config.json/hidden_size 2147483647"),
            "qwen3", List.of("config.json/num_hidden_layers 1000000000"),
            "qwen3_moe", List.of("config.json/num_experts 1000000000"),
            "deepseek_v3", List.of("config.json/vocab_size 2147483647"));
    for (Map.Entry<String, List<String>> one : models.entrySet()) {
      Path model = model(one.getKey(), one.getValue().toArray(String[]::new));
      List<String> command =
          ChildJvm.command(
              Opening.class, List.of("-Xmx48m", "-XX:MaxDirectMemorySize=16m"), model.toString());
      Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(child.waitFor()).as(said).isZero();
      assertThat(said).contains("refused: ", model.toString(), "expected", "found");
    }
  }

  /// Opens a model in a JVM of its own.
  static final class Opening {
    public static void main(String[] arguments) {
      try (StoredModel model = StoredModel.open(Path.of(arguments[0]))) {
        System.out.println("opened: " + model.bytes());
      } catch (CheckpointException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }
}
