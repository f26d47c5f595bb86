package dev.minke.kernel.vector;

import dev.minke.kernel.vector.MatrixProducts.Rows;
import dev.minke.kernel.x86.IntegerProducts;
import dev.minke.kernel.x86.StripFormat;
import java.util.ArrayList;
import java.util.List;

/// Products of activations, rounded to eight bits, with strips of stored weights.
///
/// An output is one chain over the runs of k in order, whatever the cut into parts.
final class RoundedProducts {
  /// Strips of a part at least.
  private static final int PART_STRIPS = 4;

  private static final double NANOS_PER_MULTIPLY_ADD = 0.02;
  private static final long SIDE_FLOATS = IntegerProducts.ROWS * (long) StripFormat.ROWS;

  private final Gang gang;
  private final ScratchPool scratches;
  private final IntegerProducts products;

  RoundedProducts(Gang gang, ScratchPool scratches, IntegerProducts products) {
    this.gang = gang;
    this.scratches = scratches;
    this.products = products;
  }

  /// Rows that have been rounded.
  ///
  /// @param out where their outputs go
  private record Rounded(Rows out, long numbers, long facts) {}

  /// Some strips of a section.
  ///
  /// @param column of the product that the section begins at
  private record Part(Rounded rows, StripSection section, int column, int from, int to) {}

  void multiply(List<Rows> groups, IntegerPanels weight, boolean accumulate) {
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      List<Rounded> rounded = round(groups, weight.depth(), scratch);
      List<Part> parts = parts(rounded, weight, 2 * gang.threads());
      long rows = groups.stream().mapToLong(Rows::rows).sum();
      double work = (double) rows * weight.depth() * weight.width() * NANOS_PER_MULTIPLY_ADD;
      gang.run((long) work, parts.size(), index -> multiply(parts.get(index), accumulate));
    }
  }

  /// A product by the calling thread.
  void multiplyAlone(Rows rows, IntegerPanels weight, boolean accumulate) {
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      for (Part part : parts(round(List.of(rows), weight.depth(), scratch), weight, 1)) {
        multiply(part, accumulate);
      }
    }
  }

  private List<Rounded> round(List<Rows> groups, int depth, ScratchPool.Scratch scratch) {
    long factBytes = RoundedRows.bytes(depth) - depth;
    long rows = groups.stream().mapToLong(Rows::rows).sum();
    long numbers = scratch.floats(rows * RoundedRows.bytes(depth) / Float.BYTES + 1);
    long facts = numbers + rows * depth;
    List<Rounded> rounded = new ArrayList<>();
    for (Rows group : groups) {
      rounded.add(new Rounded(group, numbers, facts));
      long firstNumbers = numbers;
      long firstFacts = facts;
      gang.rows(
          (long) group.rows() * depth,
          group.rows(),
          (from, to) -> {
            for (long row = from; row < to; row++) {
              long x = group.x() + row * group.xBytes();
              RoundedRows.round(x, depth, firstNumbers + row * depth, firstFacts + row * factBytes);
            }
          });
      numbers += group.rows() * (long) depth;
      facts += group.rows() * factBytes;
    }
    return rounded;
  }

  private static List<Part> parts(List<Rounded> rounded, IntegerPanels weight, int wanted) {
    List<Part> parts = new ArrayList<>();
    int cuts = (wanted + rounded.size() - 1) / rounded.size();
    for (Rounded rows : rounded) {
      int column = 0;
      for (StripSection section : weight.strips(rows.out.group())) {
        int strips = section.strips();
        int pieces = Math.clamp(strips / PART_STRIPS, 1, cuts);
        for (int i = 0; i < pieces; i++) {
          int from = strips * i / pieces;
          parts.add(new Part(rows, section, column, from, strips * (i + 1) / pieces));
        }
        column += section.rows();
      }
    }
    return parts;
  }

  private void multiply(Part part, boolean accumulate) {
    StripSection section = part.section;
    int whole = Math.min(part.to, section.rows() / StripFormat.ROWS);
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      long arguments = scratch.floats(SIDE_FLOATS + IntegerProducts.ARGUMENT_BYTES / Float.BYTES);
      long side = arguments + IntegerProducts.ARGUMENT_BYTES;
      Rows rows = part.rows.out;
      for (int row = 0; row < rows.rows(); row += IntegerProducts.ROWS) {
        int count = Math.min(IntegerProducts.ROWS, rows.rows() - row);
        if (whole > part.from) {
          Target out = target(part, row, part.from * StripFormat.ROWS);
          clear(out, count, (whole - part.from) * StripFormat.ROWS, accumulate);
          run(part, row, count, part.from, whole - part.from, out, arguments);
        }
        if (whole < part.to) {
          rest(part, row, count, accumulate, side, arguments);
        }
      }
    }
  }

  /// Where outputs go.
  private record Target(long out, long stride) {}

  private static Target target(Part part, int row, int column) {
    Rows rows = part.rows.out;
    long at = rows.out() + row * rows.outBytes() + (part.column + column) * (long) Float.BYTES;
    return new Target(at, rows.outBytes());
  }

  private static void clear(Target to, int rows, int columns, boolean accumulate) {
    for (int row = 0; row < rows && !accumulate; row++) {
      Memory.clear(to.out + row * to.stride, columns);
    }
  }

  /// The last strip, of which some rows are missing.
  private void rest(Part part, int row, int count, boolean accumulate, long side, long arguments) {
    int strip = part.to - 1;
    int columns = part.section.rows() - strip * StripFormat.ROWS;
    long sideBytes = StripFormat.ROWS * (long) Float.BYTES;
    Target out = target(part, row, strip * StripFormat.ROWS);
    Memory.clear(side, SIDE_FLOATS);
    if (accumulate) {
      MatrixProducts.copy(out.out, out.stride, side, sideBytes, count, columns);
    }
    run(part, row, count, strip, 1, new Target(side, sideBytes), arguments);
    MatrixProducts.copy(side, sideBytes, out.out, out.stride, count, columns);
  }

  private void run(
      Part part, int row, int count, int strip, int strips, Target out, long arguments) {
    StripSection section = part.section;
    int depth = section.columns();
    long factBytes = RoundedRows.bytes(depth) - depth;
    products.multiply(
        section.format(),
        new IntegerProducts.Call(
            count,
            section.address() + strip * section.stripBytes(),
            strips,
            depth,
            part.rows.numbers + row * (long) depth,
            depth,
            part.rows.facts + row * factBytes,
            factBytes,
            out.out,
            out.stride),
        arguments,
        Memory.ALL);
  }
}
