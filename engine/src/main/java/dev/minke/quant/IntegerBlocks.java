package dev.minke.quant;

import dev.minke.tensor.BlockFormat;
import java.lang.foreign.MemorySegment;

/// A format whose numbers are `(d · s) · q − (dmin · m)`: F16 `d` and `dmin` of a block, whole
/// numbers `s` and `m` of a run of elements, a whole number `q` of each element. So sums over a run
/// can be taken in integers. What is stored of `q` is a code, `q` and an offset.
public interface IntegerBlocks extends BlockFormat {
  /// Elements that share `s` and `m`: 16 or 32.
  int run();

  /// What codes are more than `q`.
  int offset();

  /// Whether there are minima; without them all are 0.
  boolean hasMinima();

  /// `d`, as it is stored.
  short scale(MemorySegment from, long at);

  /// `dmin`, as it is stored; 0 without minima.
  short minimum(MemorySegment from, long at);

  /// Takes a block apart.
  ///
  /// @param at where the block begins
  /// @param codes gets `blockElements / 4` ints, the codes of four elements each, one in a byte,
  ///   the first in the lowest
  /// @param scales gets an `s` for each run
  /// @param minima gets an `m` for each run
  void split(MemorySegment from, long at, int[] codes, byte[] scales, byte[] minima);
}
