package dev.minke.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tensor.RandomStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every byte-level tokenizer must hold, on small ones that are trained here.
class TokenizerTest {
  /// Tenths of a second are expected; anything quadratic in a megabyte takes many minutes, so the
  /// bound leaves room for a busy machine.
  private static final Duration LINEAR = Duration.ofSeconds(30);

  private static final String SAMPLE =
      "The whale, the WHALE's tail; 12345 tons at 3.14!\n\n  Die Größe des Wals — 鲸鱼很大。クジラ\r\n"
          + "\tif (whale == null) { return 0x1F; }   // aaaa bbbb \uD83D\uDC0B\uD83D\uDC33 ";

  private static final Tokenizer DEEPSEEK = trained(TokenizerRecipe.deepSeekV3(420, false));
  private static final Tokenizer GPT2 = trained(TokenizerRecipe.gpt2(400));

  static Stream<Tokenizer> tokenizers() {
    return Stream.of(DEEPSEEK, GPT2);
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void decodingGivesTheTextBack(Tokenizer tokenizer) {
    for (int seed = 0; seed < 500; seed++) {
      String text = randomText(seed);
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
      assertThat(tokenizer.decode(tokenizer.encodeWithSpecials(text))).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void streamingJoinsToTheWholeAndNeverShowsHalfACharacter(Tokenizer tokenizer) {
    for (int seed = 0; seed < 500; seed++) {
      String text = randomText(seed);
      Decoder decoder = tokenizer.decoder();
      StringBuilder joined = new StringBuilder();
      for (int id : tokenizer.encode(text)) {
        String piece = decoder.accept(id);
        assertThat(piece).doesNotContain("\uFFFD");
        joined.append(piece);
        assertThat(text).startsWith(joined);
      }
      assertThat(decoder.finish()).isEmpty();
      assertThat(joined.toString()).isEqualTo(text);
    }
  }

  /// Expected texts are the Unicode standard's own practice (chapter 3, "maximal subparts").
  static Stream<Arguments> malformedBytes() {
    return Stream.of(
        Arguments.of("80", "\uFFFD"),
        Arguments.of("41 C3 42", "A\uFFFDB"),
        Arguments.of("E9 B2", "\uFFFD"),
        Arguments.of("E9 B2 41", "\uFFFDA"),
        Arguments.of("F0 9F 90 F0 9F 90 8B", "\uFFFD\uD83D\uDC0B"),
        Arguments.of("C0 AF", "\uFFFD\uFFFD"),
        Arguments.of("E0 80 80", "\uFFFD\uFFFD\uFFFD"),
        Arguments.of("ED A0 80", "\uFFFD\uFFFD\uFFFD"),
        Arguments.of("F4 91 92 93 FF 41 80 BF 42", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB"),
        Arguments.of("E1 80 E2 F0 91 92 F1 BF 41", "\uFFFD\uFFFD\uFFFD\uFFFDA"));
  }

  @ParameterizedTest
  @MethodSource("malformedBytes")
  void bytesThatAreNoTextBecomeReplacementCharacters(String bytes, String expected) {
    int[] ids =
        Arrays.stream(bytes.split(" "))
            .mapToInt(value -> byteId((byte) Integer.parseInt(value, 16)))
            .toArray();
    assertThat(DEEPSEEK.decode(ids)).isEqualTo(expected);
  }

  @Test
  void halfASurrogatePairCountsAsAReplacementCharacter() {
    assertThat(GPT2.decode(GPT2.encode("a\uD83Db\uDC0B"))).isEqualTo("a\uFFFDb\uFFFD");
  }

  static Stream<String> hostileTexts() {
    int megabyte = 1_000_000;
    RandomStream random = new RandomStream(3, 0);
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < megabyte; i++) {
      letters.append("ehtwa".charAt(random.below(5, i)));
    }
    return Stream.of(
        "a".repeat(megabyte),
        letters.toString(),
        " ".repeat(megabyte),
        "\n".repeat(megabyte),
        " \n".repeat(megabyte / 2),
        " ".repeat(megabyte) + "x",
        "\u00A0".repeat(megabyte),
        "A".repeat(megabyte),
        "!".repeat(megabyte),
        "7".repeat(megabyte),
        "'".repeat(megabyte),
        "鲸".repeat(megabyte / 3),
        "\u0301".repeat(megabyte / 2),
        "\uD83D\uDC0B".repeat(megabyte / 4),
        "a\uD835\uDC00".repeat(megabyte / 5),
        "<".repeat(megabyte),
        "<｜".repeat(megabyte / 4),
        "<|endoftext|".repeat(megabyte / 12));
  }

  @ParameterizedTest
  @MethodSource("hostileTexts")
  void aMegabyteOfAnythingIsEncodedInSeconds(String text) {
    tokenizers()
        .forEach(tokenizer -> {
          long start = System.nanoTime();
          int[] ids = tokenizer.encodeWithSpecials(text);
          assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LINEAR);
          assertThat(tokenizer.decode(ids).equals(text)).isTrue();
        });
  }

  /// The rule of BPE the slow way: look at all pairs, merge the best, look again.
  @Test
  void mergesByHeapEqualMergesByLookingAtAllPairs() {
    Merges merges = merges();
    for (int seed = 0; seed < 300; seed++) {
      RandomStream random = new RandomStream(seed, 9);
      byte[] word = new byte[1 + random.below(140, 0)];
      for (int i = 0; i < word.length; i++) {
        word[i] = (byte) "thewha".charAt(random.below(6, i + 1));
      }
      assertThat(merges.encode(word)).isEqualTo(slowly(merges, word));
    }
  }

  @Test
  void threadsShareATokenizer() throws Exception {
    List<String> texts =
        Stream.iterate(0, seed -> seed + 1).limit(200).map(s -> randomText(s)).toList();
    List<int[]> alone = texts.stream().map(DEEPSEEK::encode).toList();
    Tokenizer shared = trained(TokenizerRecipe.deepSeekV3(420, false));
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<List<int[]>>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        results.add(threads.submit(() -> texts.stream().map(shared::encode).toList()));
      }
      for (Future<List<int[]>> result : results) {
        assertThat(Arrays.deepEquals(result.get().toArray(), alone.toArray())).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void manyTextsGetTheSameIdsOnAnyNumberOfThreads(int threads) {
    List<String> texts =
        Stream.iterate(0, seed -> seed + 1).limit(100).map(s -> randomText(s)).toList();
    Tokenizer fresh = trained(TokenizerRecipe.deepSeekV3(420, false));
    List<int[]> ids = fresh.encode(texts, threads);
    assertThat(ids).hasSize(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      assertThat(ids.get(i)).isEqualTo(DEEPSEEK.encode(texts.get(i)));
    }
    assertThat(fresh.encode(List.of(), threads)).isEmpty();
    assertThat(threadsNamed("encoding")).isEmpty();
  }

  @Test
  void encodingManyTextsEndsWhenItIsInterrupted() {
    List<String> texts = Collections.nCopies(100, SAMPLE);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> GPT2.encode(texts, 2)).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(threadsNamed("encoding")).isEmpty();
  }

  /// Words that stand in each other's place in the memory of words, and words too long for it.
  @Test
  void idsDoNotDependOnWhatWasEncodedBefore() {
    RandomStream random = new RandomStream(6, 0);
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 400_000; i++) {
      many.append(' ').append(Integer.toString(random.below(1 << 30, i), 36));
    }
    Tokenizer busy = trained(TokenizerRecipe.gpt2(400));
    assertThat(busy.encode(many.toString())).isEqualTo(busy.encode(many.toString()));
    for (int seed = 0; seed < 200; seed++) {
      String text = randomText(seed) + "ehtwa".repeat(seed);
      assertThat(busy.encode(text))
          .isEqualTo(trained(TokenizerRecipe.gpt2(400)).encode(text))
          .isEqualTo(busy.encode(text));
    }
  }

  private static List<String> threadsNamed(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(known -> known.startsWith(name))
        .toList();
  }

  @Test
  void tokensAreShownOnOneLine() {
    assertThat(GPT2.display(GPT2.id("\n").orElseThrow())).isEqualTo("\\n");
    assertThat(GPT2.display(byteId(GPT2, (byte) 0xE6))).isEqualTo("\\xE6");
    assertThat(GPT2.display(GPT2.id("<|endoftext|>").orElseThrow())).isEqualTo("<|endoftext|>");
    assertThat(GPT2.display(GPT2.vocab())).isEqualTo("<unused " + GPT2.vocab() + ">");
    assertThat(GPT2.bytes(GPT2.vocab())).isEmpty();
  }

  @Test
  void namesItsEdges() {
    assertThat(DEEPSEEK.beginOfText()).hasValue(0);
    assertThat(DEEPSEEK.endOfText()).hasValue(1);
    assertThat(GPT2.beginOfText()).isEmpty();
    assertThat(GPT2.endOfText()).hasValue(0);
    assertThat(GPT2.isSpecial(0)).isTrue();
    assertThat(GPT2.isSpecial(1)).isFalse();
  }

  private static Tokenizer trained(TokenizerRecipe recipe) {
    BpeTrainer trainer = new BpeTrainer(recipe);
    trainer.accept(SAMPLE.repeat(3));
    return trainer.train();
  }

  /// Two merges that compete: "he" before "th", and their unions.
  private static Merges merges() {
    Vocabulary vocabulary = new Vocabulary();
    for (byte value : ByteLetters.inLetterOrder()) {
      vocabulary.put(vocabulary.size(), new byte[] {value});
    }
    Merges merges = new Merges(vocabulary);
    for (String pair :
        List.of("h e", "t h", "t he", "w h", "wh a", "e t", "et he", "a a", "aa aa", "h a")) {
      byte[] union = pair.replace(" ", "").getBytes(StandardCharsets.UTF_8);
      vocabulary.put(vocabulary.size(), union);
      String[] parts = pair.split(" ");
      merges.add(
          vocabulary.find(parts[0].getBytes(StandardCharsets.UTF_8)),
          vocabulary.find(parts[1].getBytes(StandardCharsets.UTF_8)),
          vocabulary.find(union));
    }
    return merges;
  }

  private static int[] slowly(Merges merges, byte[] word) {
    List<Integer> ids = new ArrayList<>();
    for (byte value : word) {
      ids.add(merges.encode(new byte[] {value})[0]);
    }
    for (int rank = 0; rank < merges.size(); rank++) {
      for (int i = 0; i + 1 < ids.size(); i++) {
        if (ids.get(i) == merges.left(rank) && ids.get(i + 1) == merges.right(rank)) {
          ids.set(i, merges.result(rank));
          ids.remove(i + 1);
          rank = -1;
          break;
        }
      }
    }
    return ids.stream().mapToInt(id -> id).toArray();
  }

  private static int byteId(byte value) {
    return byteId(DEEPSEEK, value);
  }

  private static int byteId(Tokenizer tokenizer, byte value) {
    for (int id = 0; id < tokenizer.vocab(); id++) {
      if (Arrays.equals(tokenizer.bytes(id), new byte[] {value})) {
        return id;
      }
    }
    throw new AssertionError("no token for byte " + value);
  }

  /// Characters of every plane, of the sample, and white space of all sorts.
  private static String randomText(long seed) {
    RandomStream random = new RandomStream(seed, 1);
    StringBuilder text = new StringBuilder();
    int length = random.below(60, 0);
    for (int i = 1; i <= length; i++) {
      switch (random.below(4, 3L * i)) {
        case 0 -> text.append(SAMPLE.charAt(random.below(60, 3L * i + 1)));
        case 1 -> text.append(" \n\r\t\u00A0\u2003\u2028".charAt(random.below(7, 3L * i + 1)));
        case 2 -> text.append("0123456789'’,.<|>".charAt(random.below(17, 3L * i + 1)));
        default -> {
          int letter = random.below(0x110000, 3L * i + 1);
          text.appendCodePoint(Character.getType(letter) == Character.SURROGATE ? 'x' : letter);
        }
      }
    }
    return text.toString();
  }
}
