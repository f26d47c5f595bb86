package dev.minke.kernel.x86;

/// How 32 activations lie in memory that were rounded to eight bits: their numbers, then what is
/// known of them. A row is one run behind the other.
public final class RoundedRun {
  /// Activations of a run.
  public static final int ELEMENTS = 32;

  /// Bytes of a run: 32 int8, an F32, three ints.
  public static final int BYTES = 48;

  /// Where the F32 scale is.
  public static final int SCALE = 32;

  /// Where the sums of the first and of the last 16 numbers are.
  public static final int HALF_SUM = 36;

  /// Where the sum of all is.
  public static final int SUM = 44;

  private RoundedRun() {}

  /// Bytes of a row.
  public static long rowBytes(int depth) {
    return depth / ELEMENTS * (long) BYTES;
  }
}
