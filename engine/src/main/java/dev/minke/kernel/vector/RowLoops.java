package dev.minke.kernel.vector;

import jdk.incubator.vector.FloatVector;

/// Loops over adjacent elements, for all families: a vector at a time and then one by one.
final class RowLoops {
  private static final long BYTES = VectorWidth.BYTES;

  private RowLoops() {}

  /// Bytes of so many floats that fill whole vectors.
  static long vectors(long bytes) {
    return bytes - bytes % BYTES;
  }

  static FloatVector all(float value) {
    return FloatVector.broadcast(VectorWidth.FLOATS, value);
  }

  static void fill(long x, float value, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    FloatVector values = all(value);
    for (long i = 0; i < vectors; i += BYTES) {
      Memory.store(values, x + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      Memory.set(x + i, value);
    }
  }

  /// `out = x`; for short rows cheaper than [Memory#copy].
  static void copy(long x, long out, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    for (long i = 0; i < vectors; i += BYTES) {
      Memory.store(Memory.load(x + i), out + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      Memory.setInt(out + i, Memory.getInt(x + i));
    }
  }

  /// `out = x` for numbers of two bytes.
  static void copyShorts(long x, long out, long count) {
    long bytes = count * Short.BYTES;
    long vectors = vectors(bytes);
    for (long i = 0; i < vectors; i += BYTES) {
      Memory.store(Memory.load(x + i), out + i);
    }
    for (long i = vectors; i < bytes; i += Short.BYTES) {
      Memory.setShort(out + i, Memory.getShort(x + i));
    }
  }

  /// `out = a + b`.
  static void add(long a, long b, long out, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    for (long i = 0; i < vectors; i += BYTES) {
      Memory.store(Memory.load(a + i).add(Memory.load(b + i)), out + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      Memory.set(out + i, Memory.get(a + i) + Memory.get(b + i));
    }
  }

  /// `sum += factor · x`, fused.
  static void addScaled(long x, float factor, long sum, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    FloatVector factors = all(factor);
    for (long i = 0; i < vectors; i += BYTES) {
      Memory.store(Memory.load(x + i).fma(factors, Memory.load(sum + i)), sum + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      Memory.set(sum + i, Math.fma(factor, Memory.get(x + i), Memory.get(sum + i)));
    }
  }

  /// `x *= factor`.
  static void multiply(long x, float factor, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    FloatVector factors = all(factor);
    for (long i = 0; i < vectors; i += BYTES) {
      Memory.store(Memory.load(x + i).mul(factors), x + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      Memory.set(x + i, Memory.get(x + i) * factor);
    }
  }

  /// `x /= divisor`.
  static void divide(long x, float divisor, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    FloatVector divisors = all(divisor);
    for (long i = 0; i < vectors; i += BYTES) {
      Memory.store(Memory.load(x + i).div(divisors), x + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      Memory.set(x + i, Memory.get(x + i) / divisor);
    }
  }
}
