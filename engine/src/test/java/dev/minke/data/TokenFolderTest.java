package dev.minke.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFolderTest {
  private static final double SHARE = 0.2;

  @TempDir private Path temporary;
  private Path folder;
  private Path plays;
  private Path pages;

  @BeforeEach
  void writeText() throws IOException {
    folder = temporary.resolve("data");
    plays = Files.createDirectories(temporary.resolve("plays"));
    Files.writeString(plays.resolve("a.txt"), numbered("play", 60));
    Files.writeString(plays.resolve("b.txt"), numbered("act", 40));
    pages = temporary.resolve("pages.jsonl");
    List<String> lines = new ArrayList<>();
    IntStream.range(0, 30).forEach(i -> lines.add("{\"text\": \"page %d\"}".formatted(i)));
    lines.add(7, "{");
    Files.write(pages, lines);
  }

  private static String numbered(String word, int count) {
    return String.join("\n\n", documents(word, count));
  }

  private static List<String> documents(String word, int count) {
    return IntStream.range(0, count).mapToObj(i -> word + " " + i).toList();
  }

  private List<WeightedSource> sources() {
    return List.of(
        new WeightedSource(new Source(plays, SourceFormat.AUTO, "text", "CC0"), 3, 0),
        new WeightedSource(Source.of(pages), 1, 0));
  }

  private static DataManifest.Making making(@Nullable FillInTheMiddle exercises) {
    return new DataManifest.Making("letters", 200, 0, 1, SHARE, exercises);
  }

  private static TokenFolder.Maker maker(DataManifest.Making making) {
    return new TokenFolder.Maker(
        _ -> {
          throw new AssertionError("no Parquet here");
        },
        text -> text.chars().toArray(),
        making,
        0.1);
  }

  private TokenFolder make(long mostTokens) throws IOException {
    return TokenFolder.make(folder, sources(), maker(making(null)), mostTokens);
  }

  private static String text(TokenShard shard, int document) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < shard.length(document) - 1; i++) {
      text.append((char) shard.token(document, i));
    }
    return text.toString();
  }

  private static List<String> texts(TokenShard shard) {
    return IntStream.range(0, shard.documents()).mapToObj(i -> text(shard, i)).toList();
  }

  @Test
  void everyDocumentIsInTheShardsOfItsSourceOnTheSideOfItsHash() throws IOException {
    make(Long.MAX_VALUE);
    TokenFolder opened = TokenFolder.open(folder);
    List<List<String>> expected =
        List.of(
            Stream.concat(documents("play", 60).stream(), documents("act", 40).stream())
                .map(text -> text + "\n")
                .toList(),
            documents("page", 30));
    List<String> heldOut = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Corpus split = Corpus.split(expected.get(i), SHARE);
      Mixture.Part part = opened.training().parts().get(i);
      assertThat(texts(part.shard())).isEqualTo(split.training());
      assertThat(part.weight()).isEqualTo(i == 0 ? 3 : 1);
      heldOut.addAll(split.validation());
    }
    assertThat(texts(opened.heldOut())).containsExactlyInAnyOrderElementsOf(heldOut).isNotEmpty();
  }

  @Test
  void theManifestSaysWhatItWasMadeFrom() throws IOException {
    make(Long.MAX_VALUE);
    DataManifest manifest = TokenFolder.open(folder).manifest();
    DataManifest.SourceEntry first = manifest.sources().getFirst();
    DataManifest.SourceEntry second = manifest.sources().getLast();
    assertThat(first.licence()).isEqualTo("CC0");
    assertThat(first.documents()).isEqualTo(100);
    assertThat(first.bytes())
        .isEqualTo(
            Stream.concat(documents("play", 60).stream(), documents("act", 40).stream())
                .mapToInt(text -> text.length() + 1)
                .sum());
    assertThat(first.files()).hasSize(2);
    assertThat(second.bad()).isEqualTo(Map.of(Flaw.NOT_JSON, 1L));
    assertThat(second.badPlaces().getFirst()).contains("pages.jsonl, line 8");
    assertThat(second.licence()).isEqualTo("unknown");
    assertThat(manifest.overlap().tooShort()).isPositive();
    assertThat(manifest.tokens())
        .isEqualTo(
            TokenFolder.open(folder).training().tokens()
                + TokenFolder.open(folder).heldOut().tokens());
  }

  @Test
  void manySmallShardsAreAsOneLarge() throws IOException {
    Mixture large = make(Long.MAX_VALUE).training();
    List<PackedRow> expected = new Packing(large, 20, 1).take(DataPosition.START, 50).rows();
    List<String> texts = texts(large.joined());
    TokenFolder small = make(100);
    assertThat(small.manifest().sources().getFirst().training().size()).isGreaterThan(5);
    assertThat(texts(small.training().joined())).isEqualTo(texts);
    assertThat(new Packing(small.training(), 20, 1).take(DataPosition.START, 50).rows())
        .isEqualTo(expected);
  }

  @Test
  void whatHasBecomeOfTheFilesIsSaidFileByFile() throws IOException {
    TokenFolder made = make(Long.MAX_VALUE);
    assertThat(made.changes()).isEmpty();
    Files.setLastModifiedTime(pages, FileTime.fromMillis(1_000_000));
    assertThat(made.changes()).as("touched").isEmpty();
    String lines = Files.readString(pages);
    Files.writeString(pages, lines.replace("page 3", "page x"));
    Files.setLastModifiedTime(pages, FileTime.fromMillis(2_000_000));
    Files.delete(plays.resolve("a.txt"));
    Files.writeString(plays.resolve("b.txt"), "more");
    Files.writeString(plays.resolve("c.txt"), "new");
    assertThat(made.changes())
        .hasSize(4)
        .anyMatch(line -> line.contains("pages.jsonl: changed") && line.contains("same number"))
        .anyMatch(line -> line.contains("a.txt: vanished"))
        .anyMatch(line -> line.contains("b.txt: changed") && line.contains("4 now"))
        .anyMatch(line -> line.contains("c.txt: new"));
  }

  @Test
  void otherSourcesOrAnotherMakingAreToldApart() throws IOException {
    TokenFolder made = make(Long.MAX_VALUE);
    assertThat(made.isOf(sources(), making(null))).isTrue();
    assertThat(made.isOf(sources().subList(0, 1), making(null))).isFalse();
    assertThat(made.isOf(sources(), making(new FillInTheMiddle(0.1, 1, 2, 3, 4)))).isFalse();
    List<WeightedSource> heavier =
        List.of(new WeightedSource(sources().getFirst().source(), 4, 0), sources().getLast());
    assertThat(made.isOf(heavier, making(null))).isFalse();
  }

  @Test
  void exercisesAreForTrainingAlone() throws IOException {
    FillInTheMiddle all = new FillInTheMiddle(1, 1, 197, 198, 199);
    TokenFolder made = TokenFolder.make(folder, sources(), maker(making(all)));
    TokenShard training = made.training().joined();
    TokenShard heldOut = made.heldOut();
    assertThat(IntStream.range(0, training.documents()).map(i -> training.token(i, 1)).distinct())
        .containsExactly(197);
    assertThat(IntStream.range(0, heldOut.documents()).map(i -> heldOut.token(i, 1)).distinct())
        .doesNotContain(197);
    assertThat(TokenFolder.open(folder).manifest().making().fillInTheMiddle()).isEqualTo(all);
  }

  @Test
  void aDamagedMissingOrExchangedShardIsNamed() throws IOException {
    TokenFolder made = make(100);
    Path first = folder.resolve("source-0-training-0000.shard");
    Path second = folder.resolve("source-0-training-0001.shard");
    byte[] good = Files.readAllBytes(first);
    Files.copy(second, first, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(made::training)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("training-0000.shard: expected the shard");
    Files.delete(first);
    assertThatThrownBy(made::training).hasMessageContaining("training-0000.shard: expected");
    Files.write(first, good);
    assertThat(made.training().tokens()).isPositive();
    Files.writeString(folder.resolve(TokenFolder.MANIFEST), "{");
    assertThatThrownBy(() -> TokenFolder.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("manifest.json: damaged");
  }

  @Test
  void textThatCannotBeUsedLeavesNoManifest() throws IOException {
    make(Long.MAX_VALUE);
    Files.writeString(pages, "{\n{\n{\n{\"text\": \"a\"}\n");
    assertThatThrownBy(() -> make(Long.MAX_VALUE)).hasMessageContaining("pages.jsonl");
    assertThat(TokenFolder.exists(folder)).isFalse();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(file -> file.toString().endsWith(".partial"))).isEmpty();
    }
  }

  @Test
  void twoDoNotMakeTokensInOneFolder() throws IOException {
    Files.createDirectories(folder);
    try (FileChannel other =
            FileChannel.open(
                folder.resolve("data.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = other.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(() -> make(100))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process makes tokens");
    }
    assertThat(make(100).training().tokens()).isPositive();
  }
}
