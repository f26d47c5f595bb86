package dev.minke.kernel.vector;

import dev.minke.kernel.x86.StripFormat;
import dev.minke.quant.IntegerBlocks;
import dev.minke.tensor.BlockFormat;
import java.util.Arrays;
import java.util.Optional;

/// Brings rows as files have them into strips.
final class StripPacking {
  private static final int ROWS = StripFormat.ROWS;
  private static final int HALF = Short.BYTES * ROWS;

  /// Bytes of an int of each row.
  private static final long STEP = Integer.BYTES * ROWS;

  private static final int NIBBLES = 0x0F0F0F0F;
  private static final int FOUR_ONES = 0x01010101;
  private static final int TWO_BITS = 0x03030303;

  private final IntegerBlocks source;
  private final StripFormat format;
  private final int[] codes;
  private final byte[] scales;
  private final byte[] minima;

  private StripPacking(IntegerBlocks source, StripFormat format) {
    this.source = source;
    this.format = format;
    codes = new int[source.blockElements() / 4];
    scales = new byte[source.blockElements() / source.run()];
    minima = new byte[source.blockElements() / source.run()];
  }

  /// The strips that hold rows of a format, if there are such.
  static Optional<StripFormat> of(BlockFormat format, int columns) {
    for (StripFormat strips : StripFormat.values()) {
      if (format instanceof IntegerBlocks
          && strips.name().equals(format.name())
          && columns % strips.blockElements() == 0) {
        return Optional.of(strips);
      }
    }
    return Optional.empty();
  }

  /// Packs some rows.
  ///
  /// @param rows address of the first
  /// @param count 1 to 16; the strip's other rows become 0
  /// @param to address of the strip
  static void pack(
      BlockFormat source, StripFormat format, long rows, int count, int columns, long to) {
    new StripPacking((IntegerBlocks) source, format).pack(rows, count, columns, to);
  }

  private void pack(long rows, int count, int columns, long to) {
    long rowBytes = source.rowBytes(columns);
    int blocks = columns / source.blockElements();
    for (int row = 0; row < ROWS; row++) {
      for (int block = 0; block < blocks; block++) {
        long at = to + block * (long) format.blockBytes();
        if (row < count) {
          long from = rows + row * rowBytes + block * (long) source.blockBytes();
          source.split(Memory.ALL, from, codes, scales, minima);
          block(at, row, source.scale(Memory.ALL, from), source.minimum(Memory.ALL, from));
        } else {
          Arrays.fill(codes, 0);
          Arrays.fill(scales, (byte) 0);
          Arrays.fill(minima, (byte) 0);
          block(at, row, (short) 0, (short) 0);
        }
      }
    }
  }

  private void block(long at, int row, short scale, short minimum) {
    switch (format) {
      case Q8_0 -> {
        for (int four = 0; four < 8; four++) {
          Memory.setInt(at + STEP * four + 4L * row, codes[four]);
        }
        Memory.setShort(at + 512 + 2L * row, scale);
      }
      case Q4_0 -> {
        nibbles(at, row, 0);
        Memory.setShort(at + 256 + 2L * row, scale);
      }
      case Q5_0 -> {
        nibbles(at, row, 0);
        fifthBits(at + 256, row, 0);
        Memory.setShort(at + 320 + 2L * row, scale);
      }
      case Q4_K -> {
        Memory.setShort(at + 2L * row, scale);
        Memory.setShort(at + HALF + 2L * row, minimum);
        for (int part = 0; part < 8; part++) {
          long begin = at + 2 * HALF + 288L * part;
          nibbles(begin, row, part);
          Memory.setByte(begin + 256 + row, scales[part]);
          Memory.setByte(begin + 272 + row, minima[part]);
        }
      }
      case Q5_K -> {
        Memory.setShort(at + 2L * row, scale);
        Memory.setShort(at + HALF + 2L * row, minimum);
        for (int part = 0; part < 8; part++) {
          long begin = at + 2 * HALF + 352L * part;
          nibbles(begin, row, part);
          fifthBits(begin + 256, row, part);
          Memory.setByte(begin + 320 + row, scales[part]);
          Memory.setByte(begin + 336 + row, minima[part]);
        }
      }
      case Q6_K -> {
        Memory.setShort(at + 2L * row, scale);
        for (int part = 0; part < 8; part++) {
          long begin = at + HALF + 416L * part;
          nibbles(begin, row, part);
          upperBits(begin + 256, row, part);
          Memory.setByte(begin + 384 + row, scales[2 * part]);
          Memory.setByte(begin + 400 + row, scales[2 * part + 1]);
        }
      }
    }
  }

  /// The lower four bits of 32 k.
  private void nibbles(long at, int row, int part) {
    for (int step = 0; step < 4; step++) {
      int first = codes[8 * part + 2 * step] & NIBBLES;
      int second = codes[8 * part + 2 * step + 1] & NIBBLES;
      Memory.setInt(at + STEP * step + 4L * row, first | second << 4);
    }
  }

  /// The fifth bits of 32 k.
  private void fifthBits(long at, int row, int part) {
    int bits = 0;
    for (int four = 0; four < 8; four++) {
      bits |= (codes[8 * part + four] >>> 4 & FOUR_ONES) << four;
    }
    Memory.setInt(at + 4L * row, bits);
  }

  /// The upper two bits of 32 k of six.
  private void upperBits(long at, int row, int part) {
    for (int run = 0; run < 2; run++) {
      int bits = 0;
      for (int four = 0; four < 4; four++) {
        bits |= (codes[8 * part + 4 * run + four] >>> 4 & TWO_BITS) << 2 * four;
      }
      Memory.setInt(at + STEP * run + 4L * row, bits);
    }
  }
}
