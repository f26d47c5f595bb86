package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.loadInts;
import static dev.minke.kernel.vector.Memory.store;

import dev.minke.kernel.x86.StripFormat;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Strips widened to panels of F32: `(s · q) − m`, rounded as the formats' own decoders round.
final class StripLoops {
  private static final int LANES = VectorWidth.LANES;
  private static final long STEP = 64;
  private static final int ROWS = StripFormat.ROWS;

  private StripLoops() {}

  /// Some k of some rows of a strip.
  ///
  /// @param at address of the first block
  /// @param lane first row
  /// @param lanes rows, a multiple of a vector's
  /// @param to `[length, COLUMNS]`, the first of these rows' columns
  /// @param room 32 floats
  static void decode(
      StripFormat format, long at, int lane, int lanes, int length, long to, long room) {
    int parts = format.blockElements() / 32;
    for (int k = 0; k < length; k += 32) {
      long block = at + k / format.blockElements() * (long) format.blockBytes();
      int part = k / 32 % parts;
      long panel = to + k * Tiles.PANEL_BYTES;
      for (int first = 0; first < lanes; first += LANES) {
        part(format, block, part, lane + first, panel + first * 4L, room);
      }
    }
  }

  /// 32 k of the rows of one vector.
  private static void part(StripFormat format, long block, int part, int lane, long to, long room) {
    switch (format) {
      case Q8_0 -> {
        scales(block + 512, lane, room);
        for (int four = 0; four < 8; four++) {
          bytes(block + STEP * four + 4L * lane, room, to + 4L * four * Tiles.PANEL_BYTES);
        }
      }
      case Q4_0 -> {
        scales(block + 256, lane, room);
        nibbles(block + 4L * lane, 8, room, to);
      }
      case Q4_K -> {
        long begin = block + 64 + 288L * part;
        products(block, begin + 256, lane, room, true);
        products(block + 32, begin + 272, lane, room + 4L * ROWS, true);
        nibbles(begin + 4L * lane, 0, room, to);
      }
      case Q5_0 -> {
        scales(block + 320, lane, room);
        fiveBits(block + 4L * lane, block + 256 + 4L * lane, 16, room, to);
      }
      case Q5_K -> {
        long begin = block + 64 + 352L * part;
        products(block, begin + 320, lane, room, true);
        products(block + 32, begin + 336, lane, room + 4L * ROWS, true);
        fiveBits(begin + 4L * lane, begin + 256 + 4L * lane, 0, room, to);
      }
      case Q6_K -> {
        long begin = block + 32 + 416L * part;
        for (int run = 0; run < 2; run++) {
          products(block, begin + 384 + 16 * run, lane, room, false);
          long lowers = begin + 2 * STEP * run + 4L * lane;
          long uppers = begin + 256 + STEP * run + 4L * lane;
          sixBits(lowers, uppers, room, to + 16L * run * Tiles.PANEL_BYTES);
        }
      }
    }
  }

  /// Scales of a vector's rows, and zeros as minima.
  private static void scales(long halves, int lane, long room) {
    for (int i = 0; i < LANES; i++) {
      float scale = Float.float16ToFloat(Memory.getShort(halves + 2L * (lane + i)));
      Memory.set(room + 4L * i, scale);
      Memory.set(room + 4L * (ROWS + i), 0);
    }
  }

  /// `half · byte` of a vector's rows.
  private static void products(long halves, long bytes, int lane, long room, boolean isMinimum) {
    for (int i = 0; i < LANES; i++) {
      float unit = Float.float16ToFloat(Memory.getShort(halves + 2L * (lane + i)));
      Memory.set(room + 4L * i, unit * Memory.getByte(bytes + lane + i));
    }
    if (!isMinimum) {
      for (int i = 0; i < LANES; i++) {
        Memory.set(room + 4L * (ROWS + i), 0);
      }
    }
  }

  private static void bytes(long codes, long room, long to) {
    FloatVector scale = Memory.load(room);
    IntVector four = loadInts(codes);
    for (int b = 0; b < 4; b++) {
      IntVector numbers =
          four.lanewise(VectorOperators.LSHL, 24 - 8 * b).lanewise(VectorOperators.ASHR, 24);
      store(toFloats(numbers).mul(scale), to + b * Tiles.PANEL_BYTES);
    }
  }

  private static void nibbles(long codes, int offset, long room, long to) {
    FloatVector scale = Memory.load(room);
    FloatVector minimum = Memory.load(room + 4L * ROWS);
    for (int step = 0; step < 4; step++) {
      IntVector eight = loadInts(codes + STEP * step);
      long at = to + 8L * step * Tiles.PANEL_BYTES;
      for (int k = 0; k < 8; k++) {
        int shift = 8 * (k & 3) + (k & 4);
        IntVector numbers = eight.lanewise(VectorOperators.LSHR, shift).and(15).sub(offset);
        store(toFloats(numbers).mul(scale).sub(minimum), at + k * Tiles.PANEL_BYTES);
      }
    }
  }

  private static void fiveBits(long lowers, long fifths, int offset, long room, long to) {
    FloatVector scale = Memory.load(room);
    FloatVector minimum = Memory.load(room + 4L * ROWS);
    IntVector fifth = loadInts(fifths);
    for (int step = 0; step < 4; step++) {
      IntVector eight = loadInts(lowers + STEP * step);
      long at = to + 8L * step * Tiles.PANEL_BYTES;
      for (int k = 0; k < 8; k++) {
        int shift = 8 * (k & 3) + (k & 4);
        int fifthShift = 8 * (k & 3) + 2 * step + (k >> 2);
        IntVector high =
            fifth
                .lanewise(VectorOperators.LSHR, fifthShift)
                .and(1)
                .lanewise(VectorOperators.LSHL, 4);
        IntVector numbers =
            eight.lanewise(VectorOperators.LSHR, shift).and(15).or(high).sub(offset);
        store(toFloats(numbers).mul(scale).sub(minimum), at + k * Tiles.PANEL_BYTES);
      }
    }
  }

  private static void sixBits(long lowers, long uppers, long room, long to) {
    FloatVector scale = Memory.load(room);
    IntVector upper = loadInts(uppers);
    for (int step = 0; step < 2; step++) {
      IntVector eight = loadInts(lowers + STEP * step);
      for (int k = 0; k < 8; k++) {
        int shift = 8 * (k & 3) + (k & 4);
        int upperShift = 8 * (k & 3) + 2 * (2 * step + (k >> 2));
        IntVector high =
            upper
                .lanewise(VectorOperators.LSHR, upperShift)
                .and(3)
                .lanewise(VectorOperators.LSHL, 4);
        IntVector numbers = eight.lanewise(VectorOperators.LSHR, shift).and(15).or(high).sub(32);
        store(toFloats(numbers).mul(scale), to + (8L * step + k) * Tiles.PANEL_BYTES);
      }
    }
  }

  private static FloatVector toFloats(IntVector numbers) {
    return (FloatVector) numbers.convertShape(VectorOperators.I2F, VectorWidth.FLOATS, 0);
  }
}
