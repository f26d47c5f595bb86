package dev.minke.tensor;

/// Element type of a tensor.
public enum DType {
  /// IEEE 754 binary32; the type of master weights, activations and gradients.
  F32(4),
  /// IEEE 754 binary64; used by the reference kernels for gradient checks.
  F64(8),
  /// The upper half of a binary32; a storage type, widened before arithmetic.
  BF16(2),
  /// Signed 32-bit integer; token ids, expert ids, offsets, row indices.
  I32(4);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /// Size of one element in bytes.
  public int bytes() {
    return bytes;
  }
}
