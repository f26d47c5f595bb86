package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// Blocks of 32 codes that begin with their one F16 scale `d`: `d · (code − offset)`.
abstract class ScaledBlocks extends Blocks implements IntegerBlocks {
  private static final int ELEMENTS = 32;

  private final int offset;

  ScaledBlocks(String name, int bytes, int offset) {
    super(name, ELEMENTS, bytes);
    this.offset = offset;
  }

  /// The codes of a block, four in an int.
  abstract void codes(MemorySegment from, long at, int[] codes);

  @Override
  public final int run() {
    return ELEMENTS;
  }

  @Override
  public final int offset() {
    return offset;
  }

  @Override
  public final boolean hasMinima() {
    return false;
  }

  @Override
  public final short scale(MemorySegment from, long at) {
    return from.get(SHORT, at);
  }

  @Override
  public final short minimum(MemorySegment from, long at) {
    return 0;
  }

  @Override
  public final void split(MemorySegment from, long at, int[] codes, byte[] scales, byte[] minima) {
    scales[0] = 1;
    minima[0] = 0;
    codes(from, at, codes);
  }
}
