package dev.minke.bench.agreement;

import java.util.SplittableRandom;

/// Words of random letters, some of them of two or three bytes: random models understand nothing
/// else either, and nobody's text is needed.
final class RandomText {
  private static final String LETTERS = "etaoinshrdlucmfwypvbgkjqxz0123456789éøß中文字";
  private static final int LONGEST_WORD = 9;
  private static final int WORDS_OF_LINE = 12;

  private RandomText() {}

  /// @param characters at least so many
  static String of(int characters) {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder text = new StringBuilder();
    for (int word = 1; text.length() < characters; word++) {
      int letters = random.nextInt(1, LONGEST_WORD + 1);
      for (int i = 0; i < letters; i++) {
        text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
      }
      text.append(word % WORDS_OF_LINE == 0 ? ".\n" : " ");
    }
    return text.toString();
  }
}
