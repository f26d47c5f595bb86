package dev.minke.inference;

/// Which hidden states become the embedding of a text.
public enum Pooling {
  /// Their mean over all tokens, added in order in double.
  MEAN,
  /// That of the last token, which has seen all others.
  LAST
}
