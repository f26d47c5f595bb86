package dev.minke.kernel;

import dev.minke.quant.Fp8Latents;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;

/// How the numbers that a cache holds of a token in one layer lie in memory.
///
/// @param format of the numbers
/// @param latentDim leading numbers that are a latent; 0 where keys and values lie as they are
/// @param otherDim numbers behind it: a key that carries the position, or keys and values
public record KvLayout(CacheFormat format, int latentDim, int otherDim) {
  public KvLayout {
    if (latentDim < 0 || otherDim < 0 || latentDim + otherDim < 1) {
      throw new IllegalArgumentException(
          "cache: expected rows of 1 or more numbers, found %d and %d"
              .formatted(latentDim, otherDim));
    }
    if (format == CacheFormat.FP8 && latentDim == 0) {
      throw new IllegalArgumentException(
          "cache: expected F32 or BF16 for a model without latent attention, found FP8, a layout of"
              + " latents; choose BF16");
    }
  }

  /// Numbers of a row.
  public int width() {
    return latentDim + otherDim;
  }

  /// Bytes of a row.
  public int bytes() {
    return columns() * dtype().bytes();
  }

  /// The layout of its bytes; of FP8 alone.
  public Fp8Latents fp8() {
    if (format != CacheFormat.FP8) {
      throw new IllegalStateException("cache: expected FP8, found " + format);
    }
    return new Fp8Latents(latentDim, otherDim);
  }

  /// Type of a tensor of such rows: FP8 lies in words of four bytes, whose value means nothing.
  public DType dtype() {
    return switch (format) {
      case F32 -> DType.F32;
      case BF16 -> DType.BF16;
      case FP8 -> DType.I32;
    };
  }

  /// Elements of a row of such a tensor.
  public int columns() {
    return switch (format) {
      case F32, BF16 -> width();
      case FP8 -> fp8().bytes() / Integer.BYTES;
    };
  }

  /// Shape of a tensor of so many rows.
  public Shape shape(int rows) {
    return Shape.of(rows, columns());
  }

  /// Such rows over memory that the caller owns.
  public KvRows over(Tensor memory) {
    return new KvRows(this, memory);
  }
}
