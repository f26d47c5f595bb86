package dev.minke.kernel;

/// A weight in the form that one backend reads fastest, made by [Kernels#prepare].
///
/// Opaque to everybody but its backend. Whoever asked for it closes it.
public interface Prepared extends AutoCloseable {
  Orientation orientation();

  /// Number of stacked matrices: experts or heads; 1 for a plain weight.
  int groups();

  /// Length of the sums: `in` for [Orientation#FORWARD], `out` for [Orientation#BACKWARD].
  int depth();

  /// Columns of the product: `out` for [Orientation#FORWARD], `in` for [Orientation#BACKWARD].
  int width();

  /// Memory held, in bytes.
  long bytes();

  @Override
  void close();
}
