package dev.minke.kernel.vector;

/// How far rows of queries have come: the largest score so far, the sum of weights, and the sums of
/// weighed values, by row of queries `[tokens, heads]`.
///
/// @param address of the first
record RowStates(long address, int valueDim) {
  /// A cache line before the sums.
  private static final long SUMS = 64;

  /// Floats of so many rows.
  static long floats(long rows, int valueDim) {
    return rows * stride(valueDim) / Float.BYTES;
  }

  private static long stride(int valueDim) {
    return SUMS + AttentionTiles.padded(valueDim) * (long) Float.BYTES;
  }

  /// Where the largest score is.
  long most(long row) {
    return address + row * stride(valueDim);
  }

  /// Where the sum of weights is.
  long total(long row) {
    return most(row) + Float.BYTES;
  }

  /// Where the sums of values are.
  long sums(long row) {
    return most(row) + SUMS;
  }
}
