package dev.minke.kernel;

/// In which numbers forward products with stored weights are taken.
public enum Arithmetic {
  /// F32 activations and the exact values of the weights: the same bits as training has.
  EXACT,
  /// The quickest form that a backend has for a weight's formats; activations may be rounded to
  /// eight bits. Depends on the weight alone, never on what shares a step.
  FAST
}
