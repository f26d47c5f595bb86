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

  private final IntegerBlocks source;
  private final StripFormat format;
  private final byte[][] numbers;
  private final byte[][] scales;
  private final byte[][] minima;

  private StripPacking(IntegerBlocks source, StripFormat format) {
    this.source = source;
    this.format = format;
    numbers = new byte[ROWS][source.blockElements()];
    scales = new byte[ROWS][source.blockElements() / source.run()];
    minima = new byte[ROWS][source.blockElements() / source.run()];
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
    for (int block = 0; block < columns / source.blockElements(); block++) {
      long at = to + block * (long) format.blockBytes();
      for (int row = 0; row < ROWS; row++) {
        long from = rows + row * rowBytes + block * (long) source.blockBytes();
        boolean isThere = row < count;
        if (isThere) {
          source.split(Memory.ALL, from, numbers[row], scales[row], minima[row]);
        } else {
          Arrays.fill(numbers[row], (byte) 0);
          Arrays.fill(scales[row], (byte) 0);
          Arrays.fill(minima[row], (byte) 0);
        }
        short scale = isThere ? source.scale(Memory.ALL, from) : 0;
        short minimum = isThere ? source.minimum(Memory.ALL, from) : 0;
        block(at, row, scale, minimum);
      }
    }
  }

  private void block(long at, int row, short scale, short minimum) {
    switch (format) {
      case Q8_0 -> {
        for (int four = 0; four < 8; four++) {
          bytes(at + 64L * four, row, 4 * four);
        }
        Memory.setShort(at + 512 + 2L * row, scale);
      }
      case Q4_0 -> {
        nibbles(at, row, 0, 8);
        Memory.setShort(at + 256 + 2L * row, scale);
      }
      case Q4_K -> {
        Memory.setShort(at + 2L * row, scale);
        Memory.setShort(at + HALF + 2L * row, minimum);
        for (int part = 0; part < 8; part++) {
          long begin = at + 2 * HALF + 288L * part;
          nibbles(begin, row, 32 * part, 0);
          Memory.setByte(begin + 256 + row, scales[row][part]);
          Memory.setByte(begin + 272 + row, minima[row][part]);
        }
      }
      case Q6_K -> {
        Memory.setShort(at + 2L * row, scale);
        for (int part = 0; part < 8; part++) {
          long begin = at + HALF + 416L * part;
          nibbles(begin, row, 32 * part, 32);
          upperBits(begin + 256, row, 32 * part);
          Memory.setByte(begin + 384 + row, scales[row][2 * part]);
          Memory.setByte(begin + 400 + row, scales[row][2 * part + 1]);
        }
      }
    }
  }

  /// Four k of a row in an int.
  private void bytes(long at, int row, int from) {
    for (int b = 0; b < 4; b++) {
      Memory.setByte(at + 4L * row + b, numbers[row][from + b]);
    }
  }

  /// The lower four bits of 32 k.
  private void nibbles(long at, int row, int from, int offset) {
    for (int step = 0; step < 4; step++) {
      for (int b = 0; b < 4; b++) {
        int first = numbers[row][from + 8 * step + b] + offset & 15;
        int second = numbers[row][from + 8 * step + 4 + b] + offset & 15;
        Memory.setByte(at + 64L * step + 4L * row + b, (byte) (first | second << 4));
      }
    }
  }

  /// The upper two bits of 32 k of six.
  private void upperBits(long at, int row, int from) {
    for (int run = 0; run < 2; run++) {
      for (int b = 0; b < 4; b++) {
        int bits = 0;
        for (int four = 0; four < 4; four++) {
          int codeOf = numbers[row][from + 16 * run + 4 * four + b] + 32;
          bits |= codeOf >>> 4 << 2 * four;
        }
        Memory.setByte(at + 64L * run + 4L * row + b, (byte) bits);
      }
    }
  }
}
