package dev.minke.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tensor.RandomStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexReaderTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final String LETTERS = "ab01_-é ß.𝄞Z\n";

  private final RandomStream random = new RandomStream(11, 0x7E);
  private long draws;

  private int below(int bound) {
    return random.below(bound, draws++);
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    int[] letters = LETTERS.codePoints().toArray();
    for (int length = below(9); length > 0; length--) {
      text.appendCodePoint(letters[below(letters.length)]);
    }
    return text.toString();
  }

  private String pattern(int depth) {
    List<String> atoms =
        List.of(
            "a",
            "b",
            "é",
            "𝄞",
            "\\d",
            "\\w",
            "[^a0]",
            "[a-z_]",
            "[^\\W\\d]",
            "\\.",
            "0",
            "Z",
            "\\p{L}",
            "\\P{Lu}");
    if (depth == 0) {
      return atoms.get(below(atoms.size()));
    }
    String part = pattern(depth - 1);
    return switch (below(8)) {
      case 0, 1, 2 -> part + pattern(depth - 1);
      case 3 -> "(?:" + part + "|" + pattern(depth - 1) + ")";
      case 4 -> "(" + part + ")*";
      case 5 -> "(" + part + ")+?";
      case 6 -> "(" + part + "){1,3}";
      default -> "(?<n>" + part + "|)".replace("(?<n>", "(");
    };
  }

  private static Grammar anywhere(String pattern) {
    return Grammar.compiled(RegexReader.anywhere(pattern, new UnicodeProperties(new Budget())));
  }

  @Test
  void matchesWhatJavaMatches() {
    int matched = 0;
    for (int i = 0; i < 400; i++) {
      String pattern = below(6) == 0 ? pattern(3) + "|" + pattern(2) : pattern(3 + below(2));
      pattern = pattern.replace("(?<n>", "(");
      Pattern java = Pattern.compile(pattern);
      Grammar whole = Grammar.ofRegex(pattern);
      Grammar anywhere = anywhere(pattern);
      Grammar fromStart = anywhere("^(" + pattern + ")");
      for (int j = 0; j < 60; j++) {
        String text = text();
        boolean isMatch = java.matcher(text).matches();
        matched += isMatch ? 1 : 0;
        assertThat(whole.matches(text)).as("%s matches %s", pattern, text).isEqualTo(isMatch);
        assertThat(anywhere.matches(text))
            .as("%s in %s", pattern, text)
            .isEqualTo(java.matcher(text).find());
        assertThat(fromStart.matches(text))
            .as("%s at the start of %s", pattern, text)
            .isEqualTo(java.matcher(text).lookingAt());
      }
    }
    assertThat(matched).isGreaterThan(1000);
  }

  @Test
  void anchorsHoldAtTheEdgesOfEachAlternative() {
    Grammar grammar = anywhere("^a|b$|c");
    Pattern java = Pattern.compile("^a|b\\z|c");
    for (String text : List.of("a", "xa", "ax", "b", "bx", "xb", "c", "xcx", "", "x")) {
      assertThat(grammar.matches(text)).as(text).isEqualTo(java.matcher(text).find());
    }
    assertThat(Grammar.ofRegex("^a|b$").matches("b")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "a(?=b)~lookaround (?=",
        "(?!a)b~lookaround (?!",
        "(?<=a)b~lookaround (?<=",
        "(?<!a)b~lookaround (?<!",
        "(a)\\1~back reference \\1",
        "(?<n>a)\\k<n>~back reference \\k",
        "\\bword~word boundary \\b",
        "a\\B~word boundary \\B",
        "(?i)a~flag (?i",
        "(?>a)b~atomic group",
        "a++~possessive",
        "a(^b)~^ behind the beginning",
        "(a$)b~$ inside a group",
        "a$b~$ before the end",
        "[a&&b]~set operation",
        "[[a]]~[ in a class",
        "\\012~octal",
        "\\p{Greeklike}~property Greeklike",
        "\\p{Lu x}~property Lu x",
        "\\q~escape \\q"
      })
  void whatIsNotRegularIsRefusedByName(String pattern, String name) {
    assertThatThrownBy(() -> Grammar.ofRegex(pattern))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(pattern);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "(a",
        "a)",
        "[a",
        "*a",
        "a**",
        "a{",
        "a{2",
        "a{3,2}",
        "[z-a]",
        "\\",
        "\\x4",
        "\\u{110000}",
        "\\u{}",
        "(?<n",
        "a|*",
        "\\p{L"
      })
  void damageIsRefused(String pattern) {
    assertThatThrownBy(() -> Grammar.ofRegex(pattern))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("regular expression");
  }

  /// Each of them would be too large as an automaton; they differ in what is too large.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a{1,1000000}",
        "(a{1,1000}){1,1000}",
        "((((a{1,99}){1,99}){1,99}){1,99}){1,99}",
        "(a|b)*a(a|b){30}",
        "(a*)*(a|aa)*(a|b)*b(a|b){40}c",
        "(x+x+)+y{200000}",
        "[ab]{0,60}a[ab]{60}b[ab]{60}"
      })
  void bombsAreRefusedInTimeAndInWords(String pattern) {
    long begin = THREADS.getCurrentThreadCpuTime();
    assertThatThrownBy(() -> Grammar.ofRegex(pattern))
        .isInstanceOf(GrammarException.class)
        .hasMessageMatching(".*expected .*found .*");
    assertThat((THREADS.getCurrentThreadCpuTime() - begin) / 1e9)
        .as("seconds of a processor")
        .isLessThan(1);
  }

  @Test
  void deepNestingIsRefused() {
    String pattern = "(".repeat(100_000) + "a" + ")".repeat(100_000);
    assertThatThrownBy(() -> Grammar.ofRegex(pattern))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("nesting");
  }

  @Test
  void patternsThatBacktrackForeverAreCompiled() {
    List<String> patterns =
        new ArrayList<>(List.of("(a*)*b", "(a|a)*b", "(a|aa)+b", "(x+x+)+y", "\\p{L}{0,9999}b"));
    patterns.add("a?".repeat(100) + "a".repeat(100));
    for (String pattern : patterns) {
      assertThat(Grammar.ofRegex(pattern).matches("a".repeat(5000))).isFalse();
    }
  }
}
