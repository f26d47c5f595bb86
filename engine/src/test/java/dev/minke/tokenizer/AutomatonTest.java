package dev.minke.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tensor.RandomStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The automaton against Java's backtracking engine: the same matches in all texts, in time that no
/// text can stretch.
class AutomatonTest {
  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /// Letters that some pattern treats in a way of its own, and some beyond the basic plane.
  private static final int[] LETTERS =
      "aZsStTrevml\u017f'\"-_^ 09\t\n\r\u0085\u00a0\u3000\u4e00\u9fa5\u30a2\u0301\u00e9\u0660\u2167.,!$\u20ac"
          .codePoints()
          .toArray();

  private static final int[] BEYOND = {0x1D538, 0x1F600, 0x10FFFF, 0x20000, 0x1D7D8};

  static Stream<String> patterns() {
    List<String> patterns = new ArrayList<>();
    patterns.add(PreTokenizer.GPT2_PATTERN);
    PreTokenizer.deepSeekV3().splits().forEach(split -> patterns.add(split.pattern()));
    patterns.add(LLAMA3);
    patterns.add(LLAMA3.replace("{1,3}", ""));
    patterns.addAll(
        List.of(
            "a|ab|abc",
            "(?:ab|a)(?:c|bcd)",
            "a{2,3}|a{2,}b",
            "(?:a|s{1,2})+t",
            "\\p{Han}+|\\P{L}\\d",
            "[^\\S\\r\\n]+(?![\\r\\n])",
            "(?i:[sK]t)",
            "\\s+$",
            "t$|a|\n$\\s",
            "(?:  )+x|(?:   )+[xt]|a+1"));
    return patterns.stream();
  }

  @ParameterizedTest
  @MethodSource("patterns")
  void findsWhatBacktrackingFinds(String regex) {
    Split split = Split.isolated(regex);
    Finder finder = new Finder.InOnePass(new Automaton(regex));
    Pattern pattern = split.compiled();
    for (int seed = 0; seed < 3000; seed++) {
      String text = text(seed);
      int from = text.isEmpty() || Character.isSurrogate(text.charAt(0)) ? 0 : seed % 2;
      Matcher matcher = pattern.matcher(text).region(from, text.length());
      finder.begin(text.toCharArray(), from, text.length());
      while (matcher.find()) {
        assertThat(finder.next()).as(text).isTrue();
        assertThat(finder.start()).as(text).isEqualTo(matcher.start());
        assertThat(finder.end()).as(text).isEqualTo(matcher.end());
      }
      assertThat(finder.next()).as(text).isFalse();
    }
  }

  private static String text(int seed) {
    RandomStream random = new RandomStream(seed, 1);
    int length = (int) (random.uniform(0) * 30);
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= length; i++) {
      // Runs matter: half of the letters are the one before again.
      double choice = random.uniform(2 * i);
      double which = random.uniform(2 * i + 1);
      if (choice < 0.5 && !text.isEmpty()) {
        text.appendCodePoint(text.codePointBefore(text.length()));
      } else if (choice < 0.93) {
        text.appendCodePoint(LETTERS[(int) (which * LETTERS.length)]);
      } else {
        text.appendCodePoint(BEYOND[(int) (which * BEYOND.length)]);
      }
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "a", "\n", "'", "1", "\u3000\n", " a", "é\u0301", "😀", "\t "})
  void aMegabyteOfOneLetterIsNoAttack(String letter) {
    String text = letter.repeat((1 << 20) / letter.length());
    for (PreTokenizer kind :
        List.of(
            PreTokenizer.gpt2(),
            PreTokenizer.deepSeekV3(),
            new PreTokenizer(List.of(Split.isolated(LLAMA3)), false, false))) {
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(10),
          () -> {
            assertThat(String.join("", CutWords.of(kind, text))).isEqualTo(text);
          });
    }
  }

  /// Matches that fail late at every place.
  @ParameterizedTest
  @ValueSource(strings = {"\\s+$", "(?:  )+\\n", " +a| ?\\s+b", "(?: |  )+$"})
  void aMatchThatFailsLateIsNoAttack(String regex) {
    PreTokenizer kind = new PreTokenizer(List.of(Split.isolated(regex)), false, false);
    String text = " ".repeat(1 << 20) + "1";
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10), () -> assertThat(CutWords.of(kind, text)).containsExactly(text));
  }

  @ParameterizedTest
  @MethodSource("patterns")
  void findsTheSameAfterAMatchThatFailedLate(String regex) {
    Split split = Split.isolated(regex);
    Finder finder = new Finder.InOnePass(new Automaton(regex));
    for (int seed = 0; seed < 300; seed++) {
      String gap = " ".repeat(40 + seed % 2);
      String text = gap + text(seed) + "a".repeat(40) + text(seed + 1) + gap + "x";
      Matcher matcher = split.compiled().matcher(text);
      finder.begin(text.toCharArray(), 0, text.length());
      while (matcher.find()) {
        assertThat(finder.next()).as(text).isTrue();
        assertThat(finder.start()).as(text).isEqualTo(matcher.start());
        assertThat(finder.end()).as(text).isEqualTo(matcher.end());
      }
      assertThat(finder.next()).as(text).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a*",
        "a?|b",
        "^a",
        "\\bword",
        "a++",
        "a+?",
        "(?=a)b",
        "(?<=a)b",
        "(a)\\1",
        ".",
        "(a?)+",
        "(?!ab)a",
        "[a&&b]",
        "\\w+",
        "a{101}",
        "[]",
        "(a",
        "\\p{Foo}"
      })
  void whatItDoesNotKnowIsLeftToBacktracking(String regex) {
    assertThatThrownBy(() -> new Automaton(regex))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void theTokenizersThatWeKnowNeedNoBacktracking() {
    for (PreTokenizer kind : List.of(PreTokenizer.gpt2(), PreTokenizer.deepSeekV3())) {
      for (Split split : kind.cuts()) {
        assertThat(Finder.of(split).get()).isInstanceOf(Finder.InOnePass.class);
      }
    }
    assertThat(Finder.of(Split.isolated(LLAMA3)).get()).isInstanceOf(Finder.InOnePass.class);
  }
}
