package dev.minke.kernel.vector;

import dev.minke.quant.E4M3;
import dev.minke.quant.Fp8Latents;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// From rows of [Fp8Latents] in memory to floats in a scratch; its bits.
final class Fp8Rows {
  private static final int LANES = VectorWidth.LANES;

  /// Codes that are loaded at once.
  private static final int STEP = VectorWidth.CODES.length();

  private static final int SIGN = 0x80000000;

  /// Exponent and fraction of a code.
  private static final int MAGNITUDE = 0x7F;

  /// From the place of a code's fraction to that of a float's.
  private static final int UP = 20;

  /// What the exponents of the two have in between. As a factor it makes numbers of those codes,
  /// too, whose exponent is zero.
  private static final float REBIAS = 0x1p120f;

  private Fp8Rows() {}

  /// @param from address of a row
  /// @param to address of as many floats as it has numbers
  static void widen(Fp8Latents layout, long from, long to) {
    int latentDim = layout.latentDim();
    for (int first = 0; first < latentDim; first += Fp8Latents.RUN) {
      int count = Math.min(Fp8Latents.RUN, latentDim - first);
      long scale = from + layout.scalesAt() + (long) (first / Fp8Latents.RUN) * Float.BYTES;
      widenRun(from + first, Memory.get(scale), to + (long) first * Float.BYTES, count);
    }
    long position = to + (long) latentDim * Float.BYTES;
    Bf16Rows.widen(from + layout.positionAt(), position, layout.positionDim());
  }

  private static void widenRun(long codes, float scale, long to, int count) {
    FloatVector scales = RowLoops.all(scale);
    int whole = count - count % STEP;
    for (int i = 0; i < whole; i += STEP) {
      ByteVector some = Memory.loadCodes(codes + i);
      for (int part = 0; part < STEP / LANES; part++) {
        IntVector code = (IntVector) some.convertShape(VectorOperators.B2I, VectorWidth.INTS, part);
        IntVector bits = code.and(MAGNITUDE).lanewise(VectorOperators.LSHL, UP).or(code.and(SIGN));
        long at = to + (long) (i + part * LANES) * Float.BYTES;
        Memory.store(bits.reinterpretAsFloats().mul(REBIAS).mul(scales), at);
      }
    }
    for (int i = whole; i < count; i++) {
      float number = E4M3.toFloat(Memory.getByte(codes + i));
      Memory.set(to + (long) i * Float.BYTES, number * scale);
    }
  }
}
