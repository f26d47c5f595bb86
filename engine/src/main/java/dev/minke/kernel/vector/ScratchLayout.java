package dev.minke.kernel.vector;

/// Where the pieces of a scratch begin, in bytes: each at a cache line.
final class ScratchLayout {
  private static final long LINE_FLOATS = 16;

  private long floats;

  /// A piece for `rows` of `columns` floats.
  ///
  /// @return where it begins
  long add(long rows, long columns) {
    long at = floats * Float.BYTES;
    floats += (rows * columns + LINE_FLOATS - 1) / LINE_FLOATS * LINE_FLOATS;
    return at;
  }

  /// Floats of all pieces together.
  long floats() {
    return floats;
  }
}
