package dev.minke.eval;

import java.nio.ByteBuffer;

/// The log-probabilities of all tokens at one place, in 16 bits each: `least + scale · number`, a
/// step for each 65,535th of what lies between the least and the greatest. What lies more than 16
/// below the greatest is raised to that.
///
/// Two F32, then a number for each token, and one more where the vocabulary is odd; little-endian.
/// The bits are those that llama.cpp writes and expects ([ReferenceFile]).
final class ReferenceRow {
  private static final float DEEPEST = 16;
  private static final float STEPS = 65_535;
  private static final int BEGIN = 2 * Float.BYTES;

  private final ByteBuffer bytes;
  private final float scale;
  private final float least;

  /// @param bytes of a row, little-endian; kept
  ReferenceRow(ByteBuffer bytes) {
    this.bytes = bytes;
    scale = bytes.getFloat(0);
    least = bytes.getFloat(Float.BYTES);
  }

  /// Bytes of a row.
  static int bytes(int vocab) {
    return BEGIN + Short.BYTES * (vocab + vocab % 2);
  }

  /// Writes a row.
  ///
  /// @param logits `[vocab]`
  /// @param logSumExp the logarithm of the sum of their exponentials
  /// @param to takes it, little-endian
  static void put(float[] logits, float logSumExp, ByteBuffer to) {
    float greatest = Float.NEGATIVE_INFINITY;
    float lowest = Float.POSITIVE_INFINITY;
    for (float logit : logits) {
      greatest = Math.max(greatest, logit);
      lowest = Math.min(lowest, logit);
    }
    lowest = Math.max(lowest, greatest - DEEPEST);
    float step = (greatest - lowest) / STEPS;
    float steps = step == 0 ? 0 : 1 / step;
    to.putFloat(step).putFloat(lowest - logSumExp);
    for (float logit : logits) {
      to.putShort((short) (logit > lowest ? (int) Math.rint(steps * (logit - lowest)) : 0));
    }
    if (logits.length % 2 != 0) {
      to.putShort((short) 0);
    }
  }

  /// Log-probability of a token.
  float logProb(int token) {
    return scale * (bytes.getShort(BEGIN + Short.BYTES * token) & 0xFFFF) + least;
  }
}
