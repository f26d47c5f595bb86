package dev.minke.eval;

/// What is timed, in llama-bench's words: `pp512` (a prompt), `tg128` (generated tokens),
/// `pp512+tg128` (one after the other), each after `d` tokens that are in the cache already.
///
/// @param prompt tokens that pass together
/// @param generated tokens that pass one by one
/// @param depth tokens before them, not timed
public record SpeedTest(int prompt, int generated, int depth) {
  public SpeedTest {
    if (prompt < 0 || generated < 0 || depth < 0 || prompt + generated == 0) {
      throw new IllegalArgumentException(
          "speed test: expected tokens to time, found prompt %d, generated %d, depth %d"
              .formatted(prompt, generated, depth));
    }
  }

  /// Tokens that are timed.
  public int tokens() {
    return prompt + generated;
  }

  /// All tokens, those before included.
  public int length() {
    return depth + prompt + generated;
  }

  /// `pp512 @ d4096`.
  @Override
  public String toString() {
    String timed =
        generated == 0
            ? "pp" + prompt
            : prompt == 0 ? "tg" + generated : "pp%d+tg%d".formatted(prompt, generated);
    return depth == 0 ? timed : timed + " @ d" + depth;
  }
}
