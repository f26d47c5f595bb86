package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// Blocks of 256 codes in groups of 32, `(d·s)·q − (dmin·m)`: F16 `d` and `dmin`, then `s` and `m`
/// of [SixBits] a group.
abstract class SixBitBlocks extends Blocks implements IntegerBlocks {
  static final int MINIMUM = 2;
  static final int SCALES = 4;

  /// What follows the scales and minima.
  static final int REST = SCALES + SixBits.BYTES;

  SixBitBlocks(String name, int bytes) {
    super(name, 256, bytes);
  }

  /// The codes of a group, four in an int.
  ///
  /// @param first where in `codes` they go
  abstract void codes(MemorySegment from, long at, int group, int[] codes, int first);

  @Override
  public final int run() {
    return 32;
  }

  @Override
  public final int offset() {
    return 0;
  }

  @Override
  public final boolean hasMinima() {
    return true;
  }

  @Override
  public final short scale(MemorySegment from, long at) {
    return from.get(SHORT, at);
  }

  @Override
  public final short minimum(MemorySegment from, long at) {
    return from.get(SHORT, at + MINIMUM);
  }

  @Override
  public final void split(MemorySegment from, long at, int[] codes, byte[] scales, byte[] minima) {
    for (int group = 0; group < 8; group++) {
      scales[group] = (byte) SixBits.scale(from, at + SCALES, group);
      minima[group] = (byte) SixBits.minimum(from, at + SCALES, group);
      codes(from, at, group, codes, 8 * group);
    }
  }
}
