package dev.minke.kernel.vector;

import dev.minke.kernel.vector.MatrixProducts.Rows;
import dev.minke.kernel.x86.IntegerProducts;
import dev.minke.kernel.x86.RoundedRun;
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
  private final Gang gang;
  private final ScratchPool scratches;
  private final IntegerProducts products;

  /// Of a strip's outputs.
  private final long sideFloats;

  RoundedProducts(Gang gang, ScratchPool scratches, IntegerProducts products) {
    this.gang = gang;
    this.scratches = scratches;
    this.products = products;
    sideFloats = products.rows() * (long) StripFormat.ROWS;
  }

  /// Rows that have been rounded.
  ///
  /// @param out where their outputs go
  /// @param at address of the first
  private record Rounded(Rows out, long at) {}

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
    long rowBytes = RoundedRun.rowBytes(depth);
    long rows = groups.stream().mapToLong(Rows::rows).sum();
    long next = scratch.floats(rows * rowBytes / Float.BYTES);
    List<Rounded> rounded = new ArrayList<>();
    for (Rows group : groups) {
      rounded.add(new Rounded(group, next));
      long first = next;
      gang.rows(
          (long) group.rows() * depth,
          group.rows(),
          (from, to) -> {
            for (long row = from; row < to; row++) {
              long x = group.x() + row * group.xBytes();
              RoundedRows.round(x, depth, first + row * rowBytes);
            }
          });
      next += group.rows() * rowBytes;
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
      long arguments = scratch.floats(sideFloats + IntegerProducts.ARGUMENT_BYTES / Float.BYTES);
      long side = arguments + IntegerProducts.ARGUMENT_BYTES;
      Rows rows = part.rows.out;
      for (int row = 0; row < rows.rows(); row += products.rows()) {
        int count = Math.min(products.rows(), rows.rows() - row);
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
    Memory.clear(side, sideFloats);
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
    long rowBytes = RoundedRun.rowBytes(depth);
    products.multiply(
        section.format(),
        new IntegerProducts.Call(
            count,
            section.address() + strip * section.stripBytes(),
            strips,
            depth,
            part.rows.at + row * rowBytes,
            rowBytes,
            out.out,
            out.stride),
        arguments,
        Memory.ALL);
  }
}
