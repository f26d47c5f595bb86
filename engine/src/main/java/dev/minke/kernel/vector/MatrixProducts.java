package dev.minke.kernel.vector;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.x86.IntegerProducts;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Products of activations with weights in panels.
///
/// An output is one chain of fused multiply-adds over k in order. Blocks of k reload the output,
/// rows and columns are cut into parts for the gang, edges are computed in a full tile on the side:
/// none of it changes a chain. Measured in `docs/adr/0001`.
final class MatrixProducts {
  /// Packed rows of a part, in bytes: with a panel they stay in the second-level cache.
  private static final long PART_BYTES = SecondLevelCache.BYTES * 5 / 16;

  /// Rows of a part at most, where a shallow depth would allow more: parts are also what threads
  /// share.
  private static final int PART_ROWS = 24 * Tiles.PRODUCT_ROWS;

  /// Panels of a part at least, so that packing its rows is worth it.
  private static final int PART_PANELS = 4;

  /// About, on one thread.
  static final double NANOS_PER_MULTIPLY_ADD = 0.025;

  private static final double NANOS_PER_PACKED = 0.5;

  private final Gang gang;
  private final ScratchPool scratches;

  /// Null where there is no code for products in integers.
  private final @Nullable RoundedProducts rounded;

  MatrixProducts(Gang gang, ScratchPool scratches, @Nullable IntegerProducts integers) {
    this.gang = gang;
    this.scratches = scratches;
    rounded = integers == null ? null : new RoundedProducts(gang, scratches, integers);
  }

  boolean hasIntegers() {
    return rounded != null;
  }

  Prepared prepare(Tensor master, Orientation orientation) {
    boolean stacked = master.shape().rank() == 3;
    int groups = stacked ? master.size(0) : 1;
    int out = master.size(-2);
    int in = master.size(-1);
    Panels panels =
        orientation == Orientation.FORWARD
            ? new Panels(orientation, groups, in, out)
            : new Panels(orientation, groups, out, in);
    refresh(panels, master);
    return panels;
  }

  void refresh(Prepared prepared, Tensor master) {
    Panels panels = (Panels) prepared;
    boolean forward = panels.orientation() == Orientation.FORWARD;
    long rowBytes = master.rowStride() * Float.BYTES;
    long groupBytes = master.size(-2) * rowBytes;
    int count = panels.count();
    gang.run(
        (long) (master.shape().elements() * NANOS_PER_PACKED),
        panels.groups() * count,
        part -> {
          int group = part / count;
          int panel = part % count;
          long source = master.address() + group * groupBytes;
          long first = panel * (long) Tiles.COLUMNS;
          int columns = panels.columns(panel);
          long to = panels.panel(group, panel);
          if (forward) {
            long rows = source + first * rowBytes;
            try (ScratchPool.Scratch scratch = scratches.borrow()) {
              long room = scratch.floats(Tiles.PANEL_SCRATCH);
              Tiles.panelOfColumns(rows, rowBytes, columns, panels.depth(), to, room);
            }
          } else {
            Tiles.panelOfRows(source + first * Float.BYTES, rowBytes, columns, panels.depth(), to);
          }
        });
  }

  /// Some rows that meet one group of a weight.
  ///
  /// @param x address of the first row
  /// @param xBytes bytes between rows
  /// @param out address of the first row of outputs
  /// @param outBytes bytes between rows of outputs
  record Rows(long x, long xBytes, long out, long outBytes, int rows, int group) {
    Rows part(int from, int count) {
      return new Rows(x + from * xBytes, xBytes, out + from * outBytes, outBytes, count, group);
    }
  }

  void matmul(Tensor x, Prepared weight, Tensor out, boolean accumulate) {
    long xBytes = x.rowStride() * Float.BYTES;
    long outBytes = out.rowStride() * Float.BYTES;
    int count = (int) x.shape().rows();
    Rows rows = new Rows(x.address(), xBytes, out.address(), outBytes, count, 0);
    multiply(List.of(rows), weight, accumulate);
  }

  void headMatmul(Tensor x, Prepared weight, Tensor out) {
    int heads = x.size(1);
    long xBytes = x.rowStride() * Float.BYTES;
    long outBytes = out.rowStride() * Float.BYTES;
    List<Rows> groups = new ArrayList<>();
    for (int head = 0; head < heads; head++) {
      groups.add(
          new Rows(
              x.address() + head * xBytes,
              heads * xBytes,
              out.address() + head * outBytes,
              heads * outBytes,
              x.size(0),
              head));
    }
    multiply(groups, weight, false);
  }

  private record Part(Rows rows, int fromPanel, int toPanel) {}

  /// Products of rows that may meet different groups, shared among the threads.
  void multiply(List<Rows> groups, Prepared weight, boolean accumulate) {
    if (rounded != null && weight instanceof IntegerPanels strips) {
      rounded.multiply(groups, strips, accumulate);
    } else {
      multiply(groups, (Panelled) weight, accumulate);
    }
  }

  private void multiply(List<Rows> groups, Panelled weight, boolean accumulate) {
    List<Part> parts = parts(groups, weight);
    long total = groups.stream().mapToLong(Rows::rows).sum();
    double work = (double) total * weight.depth() * weight.width() * NANOS_PER_MULTIPLY_ADD;
    gang.run(
        (long) work,
        parts.size(),
        index -> {
          Part part = parts.get(index);
          multiply(part, weight, accumulate);
        });
  }

  /// A product of few rows by the calling thread.
  void multiplyAlone(Rows rows, Prepared weight, boolean accumulate) {
    if (rounded != null && weight instanceof IntegerPanels strips) {
      rounded.multiplyAlone(rows, strips, accumulate);
    } else {
      Panelled panels = (Panelled) weight;
      multiply(new Part(rows, 0, panels.count()), panels, accumulate);
    }
  }

  /// Blocks of rows; where these are too few for all threads, columns are cut as well.
  private List<Part> parts(List<Rows> groups, Panelled weight) {
    int panels = weight.count();
    long rowBytes = Math.min(weight.depth(), Tiles.DEPTH) * (long) Float.BYTES;
    int most = (int) Math.clamp(PART_BYTES / rowBytes, Tiles.PRODUCT_ROWS, PART_ROWS);
    List<Rows> blocks = new ArrayList<>();
    for (Rows group : groups) {
      int count = (group.rows + most - 1) / most;
      if (count > 1) {
        // As many for each thread.
        count = (count + gang.threads() - 1) / gang.threads() * gang.threads();
      }
      for (int i = 0; i < count; i++) {
        int from = tileEdge(group.rows, i, count);
        int to = tileEdge(group.rows, i + 1, count);
        if (to > from) {
          blocks.add(group.part(from, to - from));
        }
      }
    }
    int wanted = gang.threads() == 1 ? 1 : 4 * gang.threads();
    int cuts = Math.min((wanted + blocks.size() - 1) / Math.max(1, blocks.size()), panels);
    cuts = Math.clamp(panels / PART_PANELS, 1, Math.max(1, cuts));
    List<Part> parts = new ArrayList<>();
    for (Rows block : blocks) {
      for (int cut = 0; cut < cuts; cut++) {
        parts.add(new Part(block, panels * cut / cuts, panels * (cut + 1) / cuts));
      }
    }
    return parts;
  }

  /// Where block `i` of `count` begins: at the edge of a tile.
  private static int tileEdge(int rows, int i, int count) {
    int tiles = (rows + Tiles.PRODUCT_ROWS - 1) / Tiles.PRODUCT_ROWS;
    return Math.min(rows, tiles * i / count * Tiles.PRODUCT_ROWS);
  }

  private void multiply(Part part, Panelled weight, boolean accumulate) {
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      int depth = Math.min(weight.depth(), Tiles.DEPTH);
      long packedRows = part.rows.rows + Tiles.FEW_ROWS - 1L;
      long sideFloats = Tiles.PRODUCT_ROWS * (long) Tiles.COLUMNS;
      long side = scratch.floats(sideFloats + packedRows * depth + weight.room());
      long packed = side + sideFloats * Float.BYTES;
      long room = packed + packedRows * depth * Float.BYTES;
      for (int k = 0; k < weight.depth(); k += Tiles.DEPTH) {
        int length = Math.min(Tiles.DEPTH, weight.depth() - k);
        Pass pass = new Pass(k, length, k == 0 && !accumulate, packed, side, room);
        if (part.rows.rows == 1 && weight instanceof Panels panels) {
          oneRow(part, panels, pass);
        } else {
          pass(part, weight, pass);
        }
      }
    }
  }

  /// One block of k.
  ///
  /// @param zero chains begin at 0 instead of the outputs' old values
  /// @param packed room for the rows
  /// @param side room for a tile whose outputs are not all wanted
  /// @param room for what the weight wants
  private record Pass(int from, int length, boolean zero, long packed, long side, long room) {
    /// Where the packed rows of a tile lie, given its first row: all tiles before it are whole.
    long group(int row) {
      return packed + row * (long) length * Float.BYTES;
    }
  }

  private static void pass(Part part, Panelled weight, Pass pass) {
    Rows rows = part.rows;
    long x = rows.x + pass.from * (long) Float.BYTES;
    int height;
    for (int row = 0; row < rows.rows; row += height) {
      height = Tiles.productHeight(rows.rows - row);
      int count = Math.min(height, rows.rows - row);
      long first = x + row * rows.xBytes;
      Tiles.pack(first, rows.xBytes, count, height, pass.length, pass.group(row));
    }
    for (int panel = part.fromPanel; panel < part.toPanel; panel++) {
      int columns = weight.columns(panel);
      long out = rows.out + weight.firstColumn(panel) * (long) Float.BYTES;
      long nextPanel = panel + 1 < part.toPanel ? out + columns * (long) Float.BYTES : out;
      for (int k = 0; k < pass.length; k += Tiles.CHUNK) {
        int length = Math.min(Tiles.CHUNK, pass.length - k);
        long b = weight.panel(rows.group, panel, pass.from + k, length, pass.room);
        Chunk chunk = new Chunk(b, columns, k, length, pass.zero && k == 0);
        for (int row = 0; row < rows.rows; row += height) {
          height = Tiles.productHeight(rows.rows - row);
          long at = out + row * rows.outBytes;
          long next = row + height < rows.rows ? at + height * rows.outBytes : nextPanel;
          tile(rows, row, height, at, next, pass, chunk);
        }
      }
    }
  }

  /// Some k of a pass over a panel.
  ///
  /// @param zero chains begin at 0 instead of the outputs' old values
  private record Chunk(long b, int columns, int from, int length, boolean zero) {}

  /// @param out the tile's outputs
  /// @param next those of the tile behind it
  private static void tile(
      Rows rows, int row, int height, long out, long next, Pass pass, Chunk chunk) {
    int count = Math.min(height, rows.rows - row);
    int columns = chunk.columns;
    boolean whole = columns == Tiles.COLUMNS && count == height;
    long to = whole ? out : pass.side;
    long toBytes = whole ? rows.outBytes : Tiles.PANEL_BYTES;
    if (!whole && !chunk.zero) {
      copy(out, rows.outBytes, to, toBytes, count, columns);
    }
    long from = chunk.zero ? Tiles.ZEROS : to;
    long fromBytes = chunk.zero ? 0 : toBytes;
    long a = pass.group(row) + chunk.from * (long) height * Float.BYTES;
    int length = chunk.length;
    if (chunk.from == 0) {
      Tiles.packed(height, a, chunk.b(), from, fromBytes, to, toBytes, length, next, rows.outBytes);
    } else {
      Tiles.packed(height, a, chunk.b(), from, fromBytes, to, toBytes, length);
    }
    if (!whole) {
      copy(to, toBytes, out, rows.outBytes, count, columns);
    }
  }

  private static void oneRow(Part part, Panels weight, Pass pass) {
    Rows rows = part.rows;
    long a = rows.x + pass.from * (long) Float.BYTES;
    int panel = part.fromPanel;
    int four = Tiles.PANELS_OF_ONE_ROW;
    for (;
        panel + four <= part.toPanel && weight.columns(panel + four - 1) == Tiles.COLUMNS;
        panel += four) {
      long b = weight.panel(rows.group, panel) + pass.from * Tiles.PANEL_BYTES;
      long out = rows.out + panel * (long) Tiles.COLUMNS * Float.BYTES;
      long from = pass.zero ? Tiles.ZEROS : out;
      MicroKernels.oneByFour(a, b, weight.panelBytes(), from, out, pass.length);
    }
    for (; panel < part.toPanel; panel++) {
      long b = weight.panel(rows.group, panel) + pass.from * Tiles.PANEL_BYTES;
      long out = rows.out + panel * (long) Tiles.COLUMNS * Float.BYTES;
      int columns = weight.columns(panel);
      boolean whole = columns == Tiles.COLUMNS;
      long to = whole ? out : pass.side;
      if (!whole && !pass.zero) {
        copy(out, 0, pass.side, 0, 1, columns);
      }
      MicroKernels.one(a, b, pass.zero ? Tiles.ZEROS : to, to, pass.length);
      if (!whole) {
        copy(pass.side, 0, out, 0, 1, columns);
      }
    }
  }

  static void copy(long from, long fromBytes, long to, long toBytes, int rows, int columns) {
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        Memory.set(
            to + row * toBytes + column * 4L, Memory.get(from + row * fromBytes + column * 4L));
      }
    }
  }

  void weightGradient(Tensor dOut, Tensor x, Tensor dWeight, boolean accumulate) {
    WeightGradients gradients = new WeightGradients(gang, scratches, dOut, x, accumulate);
    gradients.add(0, dOut.size(0), dWeight);
    gradients.run();
  }

  void groupedWeightGradient(
      Tensor dOut, Tensor x, Tensor offsets, Tensor dWeight, boolean accumulate) {
    WeightGradients gradients = new WeightGradients(gang, scratches, dOut, x, accumulate);
    for (int expert = 0; expert < dWeight.size(0); expert++) {
      int from = offsets.getInt(0, expert);
      int to = offsets.getInt(0, expert + 1);
      if (to > from || !accumulate) {
        gradients.add(from, to, dWeight.slice(expert));
      }
    }
    gradients.run();
  }
}
