package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// OCP microscaling FP4: 32 codes of [E2M1] behind one [E8M0] exponent.
///
/// Counted in halves, as ggml does: the levels are doubled and the scale is `2^(e − 128)`. So the
/// exponent 255, NaN in OCP's paper, is a number here, and code 8 is a zero without sign.
final class MXFP4 extends Blocks implements BlockEncoder {
  private static final int CODES = 1;
  private static final float[] LEVELS = new float[16];

  static {
    for (int code = 0; code < LEVELS.length; code++) {
      LEVELS[code] = 2 * E2M1.toFloat(code) + 0f;
    }
  }

  MXFP4() {
    super("MXFP4", 32, CODES + 16);
  }

  private static float scale(int exponent) {
    return Float.intBitsToFloat(exponent < 2 ? 1 << 21 + exponent : exponent - 1 << 23);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    Nibbles.decode(from, at + CODES, LEVELS, scale(unsigned(from, at)), to, toAt);
  }

  @Override
  public void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float peak = 0;
    for (int i = 0; i < 32; i++) {
      peak = Math.max(peak, Math.abs(from.get(FLOAT, at + 4L * i)));
    }
    int exponent = exponent(peak);
    float scale = scale(exponent);
    to.set(BYTE, toAt, (byte) exponent);
    for (int i = 0; i < 16; i++) {
      int low = nearest(from.get(FLOAT, at + 4L * i), scale);
      int high = nearest(from.get(FLOAT, at + 4L * (i + 16)), scale);
      to.set(BYTE, toAt + CODES + i, (byte) (low | high << 4));
    }
  }

  /// The exponent that brings the largest magnitude into the last binade, 4 to 6. The logarithm is
  /// rounded to F32 before it is cut off: just below a power of two it counts as that power.
  private static int exponent(float peak) {
    if (peak == 0) {
      return 0;
    }
    float log2 = (float) (StrictMath.log(peak) / StrictMath.log(2));
    return Math.max((int) Math.floor(log2) - 2 + 127, 0);
  }

  /// The first of the nearest levels.
  private static int nearest(float value, float scale) {
    int best = 0;
    for (int code = 1; code < LEVELS.length; code++) {
      if (Math.abs(scale * LEVELS[code] - value) < Math.abs(scale * LEVELS[best] - value)) {
        best = code;
      }
    }
    return best;
  }
}
