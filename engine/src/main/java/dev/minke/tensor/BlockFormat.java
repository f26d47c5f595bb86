package dev.minke.tensor;

import java.lang.foreign.MemorySegment;

/// How the numbers of a row lie in bytes: blocks of a fixed number of elements, each block a fixed
/// number of bytes, little-endian.
///
/// A plain type has blocks of one element. The last block of a row is whole, whatever the row's
/// length; what lies behind the row's last element means nothing.
public interface BlockFormat {
  /// The format's name as the field spells it: `Q4_K`, `BF16`.
  String name();

  /// Elements of a block.
  int blockElements();

  /// Bytes of a block.
  int blockBytes();

  /// Widens blocks to F32: the exact values where F32 has them, else rounded as the format's
  /// reference decoder rounds.
  ///
  /// @param from holds the blocks, native memory
  /// @param fromByte where the first block begins
  /// @param blocks how many
  /// @param to takes `blocks · blockElements` F32, native memory
  /// @param toByte where the first number goes
  void decode(MemorySegment from, long fromByte, int blocks, MemorySegment to, long toByte);

  /// Blocks of a row.
  default int blocks(int columns) {
    return (columns + blockElements() - 1) / blockElements();
  }

  /// Bytes of a row.
  default long rowBytes(int columns) {
    return (long) blocks(columns) * blockBytes();
  }
}
