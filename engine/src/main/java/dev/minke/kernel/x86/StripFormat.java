package dev.minke.kernel.x86;

/// How 16 rows of a stored weight lie side by side in memory, so that one load has the same few k
/// of eight of them: an int holds some k of one row, 16 ints follow each other.
///
/// In a block, codes come first unless said otherwise. Codes of four bits: an int holds eight k,
/// the first four in the lower halves of its bytes. Of eight bits: four k. The upper two bits of
/// six: an int holds 16 k, the first four in the lowest bits of its bytes. Fifth bits: an int holds
/// 32 k, the first four in the lowest bits of its bytes.
public enum StripFormat {
  /// 32 k: 512 bytes of codes, 16 F16 scales.
  Q8_0(32, 544),
  /// 32 k: 256 bytes of codes, which are 8 more than the numbers; 16 F16 scales.
  Q4_0(32, 288),
  /// 32 k: 256 bytes of lower halves, 64 bytes of fifth bits, 16 F16 scales. Codes are 16 more than
  /// the numbers.
  Q5_0(32, 352),
  /// 256 k: 16 F16 scales, 16 F16 minima; then for each 32 k 256 bytes of codes, 16 scales and 16
  /// minima of a byte.
  Q4_K(256, 64 + 8 * 288),
  /// As Q4_K, with 64 bytes of fifth bits behind each 256 bytes of codes.
  Q5_K(256, 64 + 8 * 352),
  /// 256 k: 16 F16 scales; then for each 32 k 256 bytes of lower halves, 128 bytes of upper bits,
  /// 16 scales of a byte for the first 16 k, 16 for the others. Codes are 32 more than the numbers.
  Q6_K(256, 32 + 8 * 416);

  /// Rows of a strip.
  public static final int ROWS = 16;

  private final int blockElements;
  private final int blockBytes;

  StripFormat(int blockElements, int blockBytes) {
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /// k of a block.
  public int blockElements() {
    return blockElements;
  }

  /// Bytes of a block of all 16 rows.
  public int blockBytes() {
    return blockBytes;
  }
}
