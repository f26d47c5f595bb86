package dev.minke.input;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Whatever a message quotes, a terminal shows a line.
class OneLineTest {
  @Test
  void anOrdinaryMessageStaysAsItIs() {
    String message = "/models/a b/model.gguf: tensor ｜é😀: expected 3, found 4; fetch it again";
    assertThat(OneLine.of(message)).isEqualTo(message);
  }

  @Test
  void whatMovesACursorOrTurnsTheDirectionIsSpelled() {
    assertThat(OneLine.of("a\nb\r\t\u001b[31m\u2028\u202e\u0085"))
        .isEqualTo("a\\nb\\u000d\\u0009\\u001b[31m\\u2028\\u202e\\u0085");
  }

  @Test
  void aLongMessageKeepsBothEndsEscapedOrNot() {
    for (String filling : new String[] {"x", "\0"}) {
      String line = OneLine.of("some.gguf: found " + filling.repeat(100_000) + "; fetch it again");
      assertThat(line).startsWith("some.gguf: found ").endsWith("; fetch it again");
      assertThat(line.length()).isLessThan(1000);
    }
  }
}
