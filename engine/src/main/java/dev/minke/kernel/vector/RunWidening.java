package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.loadInts;
import static dev.minke.kernel.vector.Memory.store;

import dev.minke.tensor.BlockFormat;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Rows whose blocks are split into scales and codes. Their bytes are turned as ints, of which
/// there are far fewer than elements; from there on a lane of a vector is a row.
///
/// @param split the format's layout
record RunWidening(BlockFormat format, RunSplit split) implements RowWidening {
  /// Rows of ints that splitting a block may use: what [Tiles] wants to turn the next ones.
  static final int SPLIT_ROWS = (int) (Tiles.PANEL_SCRATCH / Tiles.COLUMNS);

  private static final long ROW = Tiles.PANEL_BYTES;

  /// Runs of a chunk, at most.
  private static final int RUNS = Tiles.CHUNK / 16;

  @Override
  public void widen(long rows, long rowBytes, int count, int length, long to, long room) {
    int blocks = format.blocks(length);
    int runs = format.blockElements() / split.run();
    int fours = split.run() / 4;
    long addends = room + RUNS * ROW;
    long codes = addends + RUNS * ROW;
    long ints = codes + Tiles.CHUNK / 4 * ROW;
    int bytes = blocks * format.blockBytes();
    long rest = ints + (bytes / Integer.BYTES + 1) * ROW;
    turn(rows, rowBytes, count, bytes, ints, rest);
    for (int block = 0; block < blocks; block++) {
      int at = block * format.blockBytes();
      long first = (long) block * runs * ROW;
      long begin = ints + at / Integer.BYTES * ROW;
      split.split(begin, at % 4, room + first, addends + first, codes + first * fours, rest);
    }
    for (int run = 0; run < blocks * runs; run++) {
      for (long lane = 0; lane < ROW; lane += VectorWidth.BYTES) {
        long scale = room + run * ROW + lane;
        long addend = addends + run * ROW + lane;
        long code = codes + run * fours * ROW + lane;
        long panel = to + run * split.run() * ROW + lane;
        if (split.hasAddends()) {
          shifted(code, fours, scale, addend, panel);
        } else {
          scaled(code, fours, split.offset(), scale, panel);
        }
      }
    }
  }

  /// Bytes of rows become rows of ints, the last one filled up.
  private static void turn(long rows, long rowBytes, int count, int bytes, long to, long room) {
    int ints = bytes / Integer.BYTES;
    Tiles.panelOfColumns(rows, rowBytes, count, ints, to, room);
    if (bytes % Integer.BYTES > 0) {
      long last = to + ints * ROW;
      Memory.clear(last, Tiles.COLUMNS);
      for (int row = 0; row < count; row++) {
        for (int i = 0; i < bytes % Integer.BYTES; i++) {
          byte next = Memory.getByte(rows + row * rowBytes + 4L * ints + i);
          Memory.setByte(last + 4L * row + i, next);
        }
      }
    }
  }

  private static void scaled(long codes, int fours, int offset, long scales, long to) {
    FloatVector scale = Memory.load(scales);
    for (int i = 0; i < fours; i++) {
      IntVector four = loadInts(codes + i * ROW);
      for (int k = 0; k < 4; k++) {
        store(code(four, k, offset).mul(scale), to + (4 * i + k) * ROW);
      }
    }
  }

  private static void shifted(long codes, int fours, long scales, long addends, long to) {
    FloatVector scale = Memory.load(scales);
    FloatVector addend = Memory.load(addends);
    for (int i = 0; i < fours; i++) {
      IntVector four = loadInts(codes + i * ROW);
      for (int k = 0; k < 4; k++) {
        store(code(four, k, 0).mul(scale).add(addend), to + (4 * i + k) * ROW);
      }
    }
  }

  private static FloatVector code(IntVector four, int index, int offset) {
    IntVector code = four.lanewise(VectorOperators.LSHR, 8 * index).and(0xFF);
    return IntLoops.less(code, offset);
  }
}
