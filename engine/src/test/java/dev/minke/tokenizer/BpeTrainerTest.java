package dev.minke.tokenizer;

import static dev.minke.Shared.shared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tensor.RandomStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BpeTrainerTest {
  @TempDir Path directory;

  @Test
  void learnsTheReferenceMergesAndVocabulary() throws IOException {
    BpeTrainer trainer = new BpeTrainer(TokenizerRecipe.gpt2(500));
    trainer.accept(Files.readString(shared("data/bpe-train/corpus.en")));
    JsonNode model = written(trainer.train()).path("model");
    List<String> merges =
        model
            .path("merges")
            .valueStream()
            .map(pair -> pair.path(0).asString() + " " + pair.path(1).asString())
            .toList();
    assertThat(merges)
        .isEqualTo(Files.readAllLines(shared("data/bpe-train/train-bpe-reference-merges.txt")));
    JsonNode reference =
        JsonMapper.shared()
            .readTree(Files.readAllBytes(shared("data/bpe-train/train-bpe-reference-vocab.json")));
    assertThat(ids(model.path("vocab"))).isEqualTo(ids(reference));
  }

  /// The same rule written the slow way: recount all pairs after each merge.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void equalsRecountingAllPairsAfterEachMerge(long seed) throws IOException {
    RandomStream random = new RandomStream(seed, 0);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      text.append("aaabbc  d\u00e9".charAt(random.below(10, i)));
    }
    BpeTrainer trainer = new BpeTrainer(TokenizerRecipe.gpt2(257 + 60));
    trainer.accept(text.toString());
    JsonNode merges = written(trainer.train()).path("model").path("merges");
    List<List<String>> learned =
        merges
            .valueStream()
            .map(pair -> List.of(pair.path(0).asString(), pair.path(1).asString()))
            .toList();
    assertThat(learned).isEqualTo(recounted(text.toString(), 60));
  }

  @Test
  void orderOfTextsDoesNotMatter() {
    List<String> texts = List.of("low lower lowest", "new newer newest", "wide wider", "low new");
    BpeTrainer forwards = new BpeTrainer(TokenizerRecipe.gpt2(280));
    texts.forEach(forwards::accept);
    BpeTrainer backwards = new BpeTrainer(TokenizerRecipe.gpt2(280));
    texts.reversed().forEach(backwards::accept);
    assertThat(forwards.train().identity()).isEqualTo(backwards.train().identity());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void threadsDoNotChangeWhatIsLearned(int threads) throws IOException {
    String text = Files.readString(shared("data/bpe-train/corpus.en"));
    List<String> texts = text.lines().map(line -> line.repeat(20) + "<|endoftext|>\n").toList();
    BpeTrainer alone = new BpeTrainer(TokenizerRecipe.gpt2(600));
    texts.forEach(alone::accept);
    BpeTrainer together = new BpeTrainer(TokenizerRecipe.gpt2(600));
    together.accept(texts.subList(0, 7).iterator(), threads);
    together.accept(texts.subList(7, texts.size()).iterator(), threads);
    assertThat(together.train().identity()).isEqualTo(alone.train().identity());
  }

  @Test
  void reportsItsProgress() {
    List<Long> counted = new ArrayList<>();
    List<Long> merged = new ArrayList<>();
    BpeTrainer trainer =
        new BpeTrainer(
            TokenizerRecipe.gpt2(300),
            (stage, done, total) ->
                (stage == BpeProgress.Stage.COUNTING ? counted : merged).add(done));
    trainer.accept("low lower lowest ");
    trainer.accept(List.of("low lower", "new newer").iterator(), 1);
    long vocab = trainer.train().vocab();
    assertThat(counted).isSorted().contains(17L).endsWith(35L);
    assertThat(merged).isSorted().endsWith(vocab);
  }

  @Test
  void endsWhenItIsInterrupted() {
    BpeTrainer trainer =
        new BpeTrainer(
            TokenizerRecipe.gpt2(2000),
            (stage, done, total) -> {
              if (stage == BpeProgress.Stage.MERGING) {
                Thread.currentThread().interrupt();
              }
            });
    RandomStream random = new RandomStream(5, 0);
    StringBuilder noise = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      noise.append((char) ('a' + random.below(26, i)));
    }
    trainer.accept(noise.toString());
    assertThatThrownBy(trainer::train).isInstanceOf(CancellationException.class);
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    Iterator<String> endless = Stream.generate(() -> "more ").iterator();
    assertThatThrownBy(() -> trainer.accept(endless, 2)).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aTextThatCannotBeReadEndsTheCounting() {
    BpeTrainer trainer = new BpeTrainer(TokenizerRecipe.gpt2(300));
    Iterator<String> broken =
        Stream.iterate(0, i -> i + 1)
            .map(i -> {
              if (i == 5000) {
                throw new UncheckedIOException(new IOException("gone"));
              }
              return "text ".repeat(200);
            })
            .iterator();
    assertThatThrownBy(() -> trainer.accept(broken, 3)).hasMessageContaining("gone");
  }

  @Test
  void countsOfWordsAreAsWideAsALong() {
    WordCounts counts = new WordCounts();
    counts.add("ab".toCharArray(), 0, 2);
    for (int doubling = 0; doubling < 62; doubling++) {
      counts.addAll(copy(counts));
    }
    counts.forEach((letters, count) -> assertThat(count).isEqualTo(1L << 62));
    Tokenizer tokenizer =
        new BpeTraining(TokenizerRecipe.gpt2(300), counts, (stage, done, total) -> {}).tokenizer();
    assertThat(tokenizer.encode("ab")).hasSize(1);
    assertThatThrownBy(() -> counts.addAll(copy(counts))).isInstanceOf(ArithmeticException.class);
  }

  private static WordCounts copy(WordCounts counts) {
    WordCounts copy = new WordCounts();
    copy.addAll(counts);
    return copy;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyIntegerBelowAThousandIsOneToken(boolean gpt2) {
    PreTokenizer words = gpt2 ? PreTokenizer.gpt2() : PreTokenizer.deepSeekV3();
    BpeTrainer trainer =
        new BpeTrainer(new TokenizerRecipe(1400, words, List.of("<|end|>"), null, null, true));
    trainer.accept(
        "007 1000 20000 0001 in 1984, 00 00 00 and 2024 0 0 01 01 01 01 007 007 23 231 ");
    Tokenizer tokenizer = trainer.train();
    for (int number = 0; number < 1000; number++) {
      String text = Integer.toString(number);
      assertThat(tokenizer.encode(text)).as(text).hasSize(1);
      int[] inSentence = tokenizer.encode("is " + text + " so");
      assertThat(inSentence).as("in a sentence").contains(tokenizer.encode(text)[0]);
      assertThat(tokenizer.id(" " + text)).as("with a space").isEmpty();
    }
    assertThat(shown(tokenizer, "1234567")).containsExactly("123", "456", "7");
  }

  @Test
  void textCannotReachASpecial() {
    TokenizerRecipe recipe =
        new TokenizerRecipe(300, PreTokenizer.gpt2(), List.of("<<>>"), null, "<<>>", false);
    BpeTrainer trainer = new BpeTrainer(recipe);
    for (int i = 0; i < 50; i++) {
      trainer.accept("<<>> <<> >> <<a>>b <<");
      trainer.accept("<<" + "<<>>" + ">>");
    }
    Tokenizer tokenizer = trainer.train();
    int special = tokenizer.endOfText().orElseThrow();
    assertThat(tokenizer.encode("a <<>> <<>> <<<<>>>>")).doesNotContain(special);
    assertThat(tokenizer.decode(tokenizer.encode("a <<>>"))).isEqualTo("a <<>>");
    assertThat(tokenizer.encodeWithSpecials("a<<>>b")).contains(special);
  }

  @Test
  void stopsWhereNoPairIsLeft() {
    BpeTrainer trainer = new BpeTrainer(TokenizerRecipe.gpt2(1000));
    trainer.accept("abab");
    assertThat(trainer.train().vocab()).isEqualTo(257 + 2);
  }

  @Test
  void refusesAVocabularyWithoutRoom() {
    assertThatThrownBy(() -> TokenizerRecipe.deepSeekV3(600, true))
        .hasMessageContaining("600")
        .hasMessageContaining("1249");
  }

  @Test
  void halfASurrogatePairIsTrainedAsItIsEncoded() {
    BpeTrainer trainer = new BpeTrainer(TokenizerRecipe.gpt2(259));
    trainer.accept("\uD83D\uD83D\uD83D");
    Tokenizer tokenizer = trainer.train();
    assertThat(tokenizer.encode("\uFFFD")).hasSize(1);
    assertThat(tokenizer.encode("\uD83D")).isEqualTo(tokenizer.encode("\uFFFD"));
  }

  /// One word of a megabyte, of which every pair is the same, and one without any order.
  @Test
  void aWordOfAMegabyteIsTrainedInLinearTime() {
    RandomStream random = new RandomStream(5, 0);
    StringBuilder noise = new StringBuilder();
    for (int i = 0; i < 1_000_000; i++) {
      noise.append((char) ('a' + random.below(26, i)));
    }
    BpeTrainer trainer = new BpeTrainer(TokenizerRecipe.gpt2(2000));
    trainer.accept("z".repeat(1_000_000) + " " + noise);
    long start = System.nanoTime();
    assertThat(trainer.train().vocab()).isEqualTo(2000);
    assertThat(System.nanoTime() - start).isLessThan(60_000_000_000L);
  }

  private static List<String> shown(Tokenizer tokenizer, String text) {
    return Arrays.stream(tokenizer.encode(text)).mapToObj(tokenizer::display).toList();
  }

  private JsonNode written(Tokenizer tokenizer) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    tokenizer.write(file);
    return JsonMapper.shared().readTree(Files.readAllBytes(file));
  }

  private static Map<String, Integer> ids(JsonNode vocabulary) {
    Map<String, Integer> ids = new TreeMap<>();
    vocabulary.forEachEntry((token, id) -> ids.put(token, id.asInt()));
    return ids;
  }

  private static List<List<String>> recounted(String text, int merges) {
    Map<String, Long> counts = new TreeMap<>();
    for (String word : CutWords.of(PreTokenizer.gpt2(), text)) {
      counts.merge(ByteLetters.spell(word.getBytes(StandardCharsets.UTF_8)), 1L, Long::sum);
    }
    Map<List<String>, Long> words = new HashMap<>();
    for (Map.Entry<String, Long> word : counts.entrySet()) {
      words.put(List.of(word.getKey().split("")), word.getValue());
    }
    List<List<String>> learned = new ArrayList<>();
    while (learned.size() < merges) {
      Map<List<String>, Long> pairs = pairs(words);
      List<String> best = pairs.keySet().stream().max((a, b) -> compare(a, b, pairs)).orElseThrow();
      learned.add(List.copyOf(best));
      Map<List<String>, Long> merged = new HashMap<>();
      words.forEach((word, count) -> merged.put(merged(word, best), count));
      words = merged;
    }
    return learned;
  }

  private static Map<List<String>, Long> pairs(Map<List<String>, Long> words) {
    Map<List<String>, Long> pairs = new HashMap<>();
    words.forEach((word, count) -> {
      for (int i = 0; i + 1 < word.size(); i++) {
        pairs.merge(word.subList(i, i + 2), count, Long::sum);
      }
    });
    return pairs;
  }

  private static int compare(List<String> a, List<String> b, Map<List<String>, Long> pairs) {
    int byCount = Long.compare(pairs.get(a), pairs.get(b));
    int byLeft = byCount != 0 ? byCount : compareBytes(a.get(0), b.get(0));
    return byLeft != 0 ? byLeft : compareBytes(a.get(1), b.get(1));
  }

  private static int compareBytes(String a, String b) {
    return Arrays.compareUnsigned(ByteLetters.bytes(a), ByteLetters.bytes(b));
  }

  private static List<String> merged(List<String> word, List<String> pair) {
    List<String> merged = new ArrayList<>();
    for (int i = 0; i < word.size(); i++) {
      if (i + 1 < word.size() && word.subList(i, i + 2).equals(pair)) {
        merged.add(word.get(i) + word.get(++i));
      } else {
        merged.add(word.get(i));
      }
    }
    return merged;
  }
}
