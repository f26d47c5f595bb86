package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.checkpoint.ModelDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs whose text, or whose tokens, vanish or change between two halves: they go on bit for bit,
/// or one line says why they cannot, and the checkpoint stays as it is.
class LostTextTest {
  private static final String LAST = "step-00000004.safetensors";

  private static final String ORIGINAL =
      IntStream.range(0, 200)
          .mapToObj(i -> "Number %d comes after number %d.\n\n".formatted(i + 1, i))
          .collect(Collectors.joining());

  private static final String CHANGED = ORIGINAL.replace("comes", "leaps");

  @TempDir private static Path shared;
  private static Path text;

  @TempDir private Path temporary;
  private Path run;

  @BeforeAll
  static void trainUndisturbed() throws IOException {
    text = Files.writeString(shared.resolve("text.txt"), ORIGINAL);
    command(undisturbed(), "data", "build").succeeded();
    command(undisturbed(), "train").succeeded();
  }

  private static Path undisturbed() {
    return shared.resolve("run");
  }

  /// A run of four steps that was stopped after two is the whole run without what came later.
  @BeforeEach
  void stopHalfWay() throws IOException {
    Files.writeString(text, ORIGINAL);
    run = temporary.resolve("run");
    try (Stream<Path> files = Files.walk(undisturbed())) {
      for (Path file : files.toList()) {
        Files.copy(file, run.resolve(undisturbed().relativize(file)));
      }
    }
    Files.delete(run.resolve("checkpoints").resolve(LAST));
    assertThat(checkpoints()).containsKey("step-00000002.safetensors");
  }

  private static Run command(Path run, String... name) {
    List<Object> arguments = new ArrayList<>(List.of((Object[]) name));
    arguments.add(Golden.repository().resolve("recipes/tiny.yaml"));
    arguments.addAll(List.of("--out", run));
    for (String override :
        List.of(
            "text=" + text,
            "length.steps=4",
            "checkpoint.keepEverySteps=2",
            "batch.rows=1",
            "batch.microRows=1",
            "tokenizer.vocab=300",
            "validation.prompts=[]")) {
      arguments.addAll(List.of("-o", override));
    }
    return Run.of(arguments.toArray());
  }

  private Map<String, String> checkpoints() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      for (Path file : files.toList()) {
        found.put(
            file.getFileName().toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return found;
  }

  private Path shard() {
    return run.resolve("data/source-0-training-0000.shard");
  }

  private void goesOnBitForBit(String... said) throws IOException {
    Run again = command(run, "train");
    again.succeeded();
    assertThat(again.err()).contains("going on after step 2");
    assertThat(List.of(said)).allSatisfy(words -> assertThat(again.err()).contains(words));
    assertThat(run.resolve("checkpoints").resolve(LAST))
        .hasSameBinaryContentAs(undisturbed().resolve("checkpoints").resolve(LAST));
    assertThat(ModelDirectory.hash(run.resolve("model")))
        .isEqualTo(ModelDirectory.hash(undisturbed().resolve("model")));
  }

  private void isRefused(String... said) throws IOException {
    Map<String, String> before = checkpoints();
    assertThat(command(run, "train").failedWithLast(1)).contains(said);
    assertThat(checkpoints()).isEqualTo(before);
  }

  @Test
  void textThatVanishedIsNamedAndTheRunGoesOnWithItsTokens() throws IOException {
    Files.delete(text);
    goesOnBitForBit(text + ": vanished since its tokens were made", "bit for bit");
  }

  @Test
  void textThatChangedIsNamedAndTheRunGoesOnWithItsTokens() throws IOException {
    Files.writeString(text, CHANGED);
    goesOnBitForBit(
        text + ": changed since its tokens were made, other bytes of the same number",
        "bit for bit");
  }

  @Test
  void aShardThatVanishedIsNamedAndMadeAnewFromTheSameText() throws IOException {
    Files.delete(shard());
    isRefused(shard() + ": expected the shard", "found none", "delete " + run.resolve("data"));
    deleteTokens();
    goesOnBitForBit();
  }

  @Test
  void aShardThatChangedIsNamed() throws IOException {
    byte[] bytes = Files.readAllBytes(shard());
    bytes[bytes.length / 2] ^= 1;
    Files.write(shard(), bytes);
    isRefused("shard " + shard() + ": damaged", "SHA-256");
    deleteTokens();
    goesOnBitForBit();
  }

  /// Another whole shard in its place, so that only the manifest knows.
  @Test
  void aShardOfOtherTextIsNamed() throws IOException {
    Files.copy(
        run.resolve("data/source-0-held-out-0000.shard"),
        shard(),
        StandardCopyOption.REPLACE_EXISTING);
    isRefused(shard() + ": expected the shard ", "that manifest.json names, found ");
  }

  @Test
  void aRunThatLostItsTokensAndWhoseTextChangedIsRefused() throws IOException {
    deleteTokens();
    Files.writeString(text, CHANGED);
    isRefused("other data: expected tokens", "made of " + text, "put the text back as it was");
    Files.writeString(text, ORIGINAL);
    goesOnBitForBit();
  }

  @Test
  void aRunThatLostItsTokensAndItsTextIsRefused() throws IOException {
    deleteTokens();
    Files.delete(text);
    isRefused(text + ": expected a file or folder to learn from, found none");
    assertThat(run.resolve("data")).isEmptyDirectory();
    Files.writeString(text, ORIGINAL);
    goesOnBitForBit();
  }

  @Test
  void aTokenizerThatVanishedIsLearnedAnewFromTheSameTextAlone() throws IOException {
    Path tokenizer = run.resolve("tokenizer.json");
    Files.delete(tokenizer);
    Files.writeString(text, CHANGED);
    isRefused("expected tokenizer.json", "found none", "put the file or the text back");
    assertThat(tokenizer).doesNotExist();
    Files.writeString(text, ORIGINAL);
    goesOnBitForBit();
    assertThat(tokenizer).hasSameBinaryContentAs(undisturbed().resolve("tokenizer.json"));
  }

  /// Tokens that were made and not yet trained on are not given up for text that is not there.
  @Test
  void tokensOfTextThatVanishedBeforeTheRunAreKept() throws IOException {
    run = temporary.resolve("other");
    command(run, "data", "build").succeeded();
    byte[] tokens = Files.readAllBytes(shard());
    Files.delete(text);
    assertThat(command(run, "train").failedWithLast(1))
        .contains(text + ": expected a file", "found none");
    assertThat(shard()).hasBinaryContent(tokens);
    assertThat(run.resolve("data/manifest.json")).exists();
    Files.writeString(text, ORIGINAL);
    command(run, "train").succeeded();
  }

  private void deleteTokens() throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("data"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }
}
