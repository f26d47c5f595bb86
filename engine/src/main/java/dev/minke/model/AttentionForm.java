package dev.minke.model;

/// Which of two equal formulas computes attention over a cache.
public enum AttentionForm {
  /// Keys and values are rebuilt from the cache and attended to: the arithmetic of training, to the
  /// bit.
  EXPANDED,
  /// The query is brought to the form of the cache instead: far less work for a generated token,
  /// rounded otherwise.
  ABSORBED
}
