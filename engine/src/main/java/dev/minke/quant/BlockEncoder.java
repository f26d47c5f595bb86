package dev.minke.quant;

import dev.minke.tensor.BlockFormat;
import java.lang.foreign.MemorySegment;

/// A format that can also be written: F32 rounded into blocks, the same bytes as gguf-py's
/// quantizer.
///
/// Numbers are finite; what becomes of others is not said, except that the plain types keep them.
public interface BlockEncoder extends BlockFormat {
  /// Rounds `blockElements` F32 into one block.
  ///
  /// @param at where the numbers begin
  /// @param toAt where the block goes
  void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt);

  /// Rounds F32 into blocks; the opposite of [#decode].
  ///
  /// @param from holds `blocks · blockElements` F32
  /// @param blocks how many
  /// @param to takes the blocks
  default void encode(
      MemorySegment from, long fromByte, int blocks, MemorySegment to, long toByte) {
    long fromBytes = (long) blockElements() * Float.BYTES;
    for (int block = 0; block < blocks; block++) {
      encodeBlock(from, fromByte + block * fromBytes, to, toByte + (long) block * blockBytes());
    }
  }
}
