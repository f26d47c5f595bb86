package dev.minke.kernel;

/// Error bounds computed from the inputs of an operation, for comparing two correct
/// implementations.
///
/// A sum of n products computed in F32 in any order differs from the exact one by at most `γ(n) ·
/// Σ|a·b|` with `γ(n) = n·u / (1 - n·u)`, u = 2⁻²⁴ (Higham, Accuracy and Stability of Numerical
/// Algorithms, §3.1).
public final class Tolerance {
  /// Unit roundoff of F32.
  public static final double UNIT = 0x1p-24;

  private Tolerance() {}

  /// `γ(n)`, the relative error of a chain of n roundings.
  public static double gamma(long roundings) {
    double nu = roundings * UNIT;
    return nu / (1 - nu);
  }

  /// Bound on the error of a computed sum, given the sum of the magnitudes of its terms.
  ///
  /// @param terms number of terms
  /// @param magnitudes `Σ|terms|`
  public static double sum(long terms, double magnitudes) {
    return gamma(terms + 1) * magnitudes + Float.MIN_NORMAL;
  }

  /// Bound on the difference of two results of about `value`, each after some roundings.
  ///
  /// @param roundings roundings that led to each
  /// @param value magnitude of the result and of the intermediate values it was made from
  public static double relative(long roundings, double value) {
    return 2 * gamma(roundings) * Math.abs(value) + Float.MIN_NORMAL;
  }
}
