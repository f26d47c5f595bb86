package dev.minke.quant;

import dev.minke.tensor.Bf16;
import java.lang.foreign.MemorySegment;

/// A row of a latent cache in FP8, as DeepSeek's decoding kernel reads it (FlashMLA, sparse
/// decoding from an FP8 cache): the latent as [E4M3], an F32 scale for each 128 of it, and the
/// numbers that carry the position as BF16.
///
/// | bytes | of V2 and V3 | what |
/// |---|---|---|
/// | `latentDim` | 512 | codes, filled up to a multiple of four |
/// | `4 · ⌈latentDim / 128⌉` | 16 | scales |
/// | `2 · positionDim` | 128 | BF16, filled up to a multiple of four |
///
/// A scale is the largest magnitude of its run divided by 448. Where that is 0, the run is 0; where
/// it is not finite, the scale is NaN, and so is the run. The last run may be shorter.
///
/// @param latentDim numbers of the latent
/// @param positionDim numbers behind it
public record Fp8Latents(int latentDim, int positionDim) {
  /// Numbers that share a scale.
  public static final int RUN = 128;

  private static final float LARGEST = 448;

  public Fp8Latents {
    if (latentDim < 1 || positionDim < 0) {
      throw new IllegalArgumentException(
          "FP8 latents: expected a latent of 1 or more and 0 or more behind it, found %d and %d"
              .formatted(latentDim, positionDim));
    }
  }

  private static int whole(int bytes) {
    return (bytes + 3) / 4 * 4;
  }

  /// Where the scales begin.
  public int scalesAt() {
    return whole(latentDim);
  }

  /// Where the position's numbers begin.
  public int positionAt() {
    return scalesAt() + (latentDim + RUN - 1) / RUN * Float.BYTES;
  }

  /// Bytes of a row, a multiple of four.
  public int bytes() {
    return whole(positionAt() + positionDim * Short.BYTES);
  }

  /// The scale of numbers of which this is the largest magnitude.
  public static float scale(float largest) {
    return Float.isFinite(largest) ? largest / LARGEST : Float.NaN;
  }

  /// What numbers are divided by before they are rounded: the scale, or 1 where that is 0.
  public static float divisor(float scale) {
    return scale == 0 ? 1 : scale;
  }

  /// Rounds a row.
  ///
  /// @param from holds `latentDim + positionDim` F32
  /// @param to takes [#bytes]
  public void encode(MemorySegment from, long fromByte, MemorySegment to, long toByte) {
    for (int first = 0; first < latentDim; first += RUN) {
      int end = Math.min(latentDim, first + RUN);
      float largest = 0;
      for (int i = first; i < end; i++) {
        // The largest of numbers and NaN is NaN.
        largest = Math.max(largest, Math.abs(from.get(Blocks.FLOAT, fromByte + 4L * i)));
      }
      float scale = scale(largest);
      to.set(Blocks.FLOAT, toByte + scalesAt() + 4L * (first / RUN), scale);
      for (int i = first; i < end; i++) {
        float x = from.get(Blocks.FLOAT, fromByte + 4L * i);
        to.set(Blocks.BYTE, toByte + i, E4M3.of(x / divisor(scale)));
      }
    }
    for (int i = 0; i < positionDim; i++) {
      float x = from.get(Blocks.FLOAT, fromByte + 4L * (latentDim + i));
      to.set(Blocks.SHORT, toByte + positionAt() + 2L * i, Bf16.of(x));
    }
  }

  /// Widens a row: `e4m3 · scale` in F32, and BF16 exactly.
  ///
  /// @param from holds [#bytes]
  /// @param to takes `latentDim + positionDim` F32
  public void decode(MemorySegment from, long fromByte, MemorySegment to, long toByte) {
    for (int i = 0; i < latentDim; i++) {
      float scale = from.get(Blocks.FLOAT, fromByte + scalesAt() + 4L * (i / RUN));
      float code = E4M3.toFloat(from.get(Blocks.BYTE, fromByte + i));
      to.set(Blocks.FLOAT, toByte + 4L * i, code * scale);
    }
    for (int i = 0; i < positionDim; i++) {
      short half = from.get(Blocks.SHORT, fromByte + positionAt() + 2L * i);
      to.set(Blocks.FLOAT, toByte + 4L * (latentDim + i), Bf16.toFloat(half));
    }
  }
}
