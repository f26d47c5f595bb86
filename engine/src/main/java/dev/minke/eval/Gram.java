package dev.minke.eval;

import java.util.Arrays;

/// A short run of tokens, compared by its tokens.
final class Gram {
  private final int[] tokens;

  private Gram(int[] tokens) {
    this.tokens = tokens;
  }

  /// Copies tokens.
  static Gram of(int[] document, int from, int length) {
    return new Gram(Arrays.copyOfRange(document, from, from + length));
  }

  /// All but the last token.
  Gram context() {
    return of(tokens, 0, tokens.length - 1);
  }

  /// All but the first token.
  Gram tail() {
    return of(tokens, 1, tokens.length - 1);
  }

  int last() {
    return tokens[tokens.length - 1];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Gram gram && Arrays.equals(tokens, gram.tokens);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(tokens);
  }
}
