package dev.minke.inference.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopScannerTest {
  private static String read(StopScanner scanner, List<String> pieces) {
    StringBuilder text = new StringBuilder();
    for (String piece : pieces) {
      text.append(scanner.accept(piece));
    }
    return text + scanner.finish();
  }

  @Test
  void aStopStringAcrossPiecesEndsTheText() {
    StopScanner scanner = new StopScanner(List.of("</end>", "\n\n"));
    assertThat(scanner.accept("one </e")).isEqualTo("one ");
    assertThat(scanner.accept("n <")).isEqualTo("</en ");
    assertThat(scanner.accept("/end")).isEmpty();
    assertThat(scanner.accept(">two")).isEmpty();
    assertThat(scanner.found()).isEqualTo("</end>");
    assertThat(scanner.accept("three")).isEmpty();
    assertThat(scanner.finish()).isEmpty();
  }

  @Test
  void whatOnlyBeganLikeOneComesOutAtTheEnd() {
    StopScanner scanner = new StopScanner(List.of("abcd"));
    assertThat(read(scanner, List.of("xab", "c"))).isEqualTo("xabc");
    assertThat(scanner.found()).isNull();
  }

  @Test
  void ofTwoThatEndTogetherTheLongerCounts() {
    StopScanner scanner = new StopScanner(List.of("b", "ab"));
    assertThat(read(scanner, List.of("aa", "bc"))).isEqualTo("a");
    assertThat(scanner.found()).isEqualTo("ab");
  }

  /// Against the whole text at once, with few letters and many ways to cut it.
  @Test
  void anyPiecesGiveTheSameText() {
    for (int seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      String text = letters(random, random.nextInt(30));
      List<String> stops =
          random.ints(random.nextInt(3), 1, 5).mapToObj(length -> letters(random, length)).toList();
      StopScanner scanner = new StopScanner(stops);
      StringBuilder found = new StringBuilder();
      int at = 0;
      while (at < text.length()) {
        int to = Math.min(text.length(), at + random.nextInt(5));
        found.append(scanner.accept(text.substring(at, to)));
        at = to;
      }
      found.append(scanner.finish());
      assertThat(found.toString()).as("seed %d", seed).isEqualTo(expected(text, stops));
    }
  }

  private static String expected(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      int most = 0;
      for (String stop : stops) {
        if (text.substring(0, end).endsWith(stop)) {
          most = Math.max(most, stop.length());
        }
      }
      if (most > 0) {
        return text.substring(0, end - most);
      }
    }
    return text;
  }

  private static String letters(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(2)));
    }
    return text.toString();
  }

  @Test
  void anEmptyOneIsRefused() {
    assertThatThrownBy(() -> new StopScanner(List.of("")))
        .hasMessage("stop: expected a text, found an empty one");
  }
}
