package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.RowLoops.all;
import static dev.minke.kernel.vector.RowLoops.vectors;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Rotation;
import dev.minke.quant.Fp8Latents;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/// Operations that take one row at a time, and sums over rows.
///
/// Rows are shared among the threads. Where rows add into one (gains, the embedding table), columns
/// are shared instead, so that each element still gets its rows in order.
final class RowKernels {
  private static final double NANOS_PER_ELEMENT = 0.25;

  /// How many times as long as a vector's share it takes to round a number by itself.
  private static final int ROUNDINGS = 10;

  private static final long BYTES = VectorWidth.BYTES;

  /// Columns of a part where columns are shared: whole cache lines.
  private static final int PART_COLUMNS = 64;

  private final Gang gang;
  private final RotationTables rotations = new RotationTables();

  RowKernels(Gang gang) {
    this.gang = gang;
  }

  private static long nanos(FloatRows rows, int tensors) {
    return (long) (rows.elements() * tensors * NANOS_PER_ELEMENT);
  }

  private static float element(long address, long index) {
    return Memory.get(address + index * Float.BYTES);
  }

  void fill(Tensor x, float value) {
    FloatRows rows = FloatRows.elementwise(x)[0];
    gang.rows(
        nanos(rows, 1),
        rows.count(),
        (from, to) -> {
          for (long row = from; row < to; row++) {
            RowLoops.fill(rows.row(row), value, rows.length(row));
          }
        });
  }

  void copy(Tensor x, Tensor out) {
    FloatRows[] rows = FloatRows.elementwise(x, out);
    boolean half = x.dtype() == DType.BF16;
    gang.rows(
        nanos(rows[0], 2),
        rows[0].count(),
        (from, to) -> {
          for (long row = from; row < to; row++) {
            if (half) {
              RowLoops.copyShorts(rows[0].row(row), rows[1].row(row), rows[0].length(row));
            } else {
              RowLoops.copy(rows[0].row(row), rows[1].row(row), rows[0].length(row));
            }
          }
        });
  }

  void narrow(Tensor x, Tensor out) {
    FloatRows[] rows = FloatRows.elementwise(x, out);
    gang.rows(
        nanos(rows[0], 2),
        rows[0].count(),
        (from, to) -> {
          for (long row = from; row < to; row++) {
            Bf16Rows.narrow(rows[0].row(row), rows[1].row(row), rows[0].length(row));
          }
        });
  }

  void widen(Tensor x, Tensor out) {
    FloatRows[] rows = FloatRows.elementwise(x, out);
    gang.rows(
        nanos(rows[0], 2),
        rows[0].count(),
        (from, to) -> {
          for (long row = from; row < to; row++) {
            Bf16Rows.widen(rows[0].row(row), rows[1].row(row), rows[0].length(row));
          }
        });
  }

  void encode(Tensor x, KvRows out) {
    switch (out.layout().format()) {
      case F32 -> copy(x, out.numbers());
      case BF16 -> narrow(x, out.numbers());
      case FP8 -> {
        Fp8Latents layout = out.layout().fp8();
        FloatRows from = FloatRows.of(x);
        FloatRows to = FloatRows.of(out, layout.latentDim() + layout.positionDim());
        gang.rows(
            ROUNDINGS * nanos(from, 2),
            from.count(),
            (first, end) -> {
              for (long row = first; row < end; row++) {
                layout.encode(Memory.ALL, from.row(row), Memory.ALL, to.row(row));
              }
            });
      }
    }
  }

  void decode(KvRows x, Tensor out) {
    switch (x.layout().format()) {
      case F32 -> copy(x.numbers(), out);
      case BF16 -> widen(x.numbers(), out);
      case FP8 -> {
        Fp8Latents layout = x.layout().fp8();
        FloatRows from = FloatRows.of(x, layout.latentDim() + layout.positionDim());
        FloatRows to = FloatRows.of(out);
        gang.rows(
            nanos(to, 2),
            to.count(),
            (first, end) -> {
              for (long row = first; row < end; row++) {
                Fp8Rows.widen(layout, from.row(row), to.row(row));
              }
            });
      }
    }
  }

  void add(Tensor a, Tensor b, Tensor out) {
    FloatRows[] rows = FloatRows.elementwise(a, b, out);
    gang.rows(
        nanos(rows[0], 3),
        rows[0].count(),
        (from, to) -> {
          for (long row = from; row < to; row++) {
            RowLoops.add(rows[0].row(row), rows[1].row(row), rows[2].row(row), rows[0].length(row));
          }
        });
  }

  void addRow(Tensor x, Tensor row) {
    FloatRows rows = FloatRows.of(x);
    long added = row.address();
    gang.rows(
        nanos(rows, 2),
        rows.count(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            RowLoops.add(rows.row(r), added, rows.row(r), rows.columns());
          }
        });
  }

  void addRowGradient(Tensor dOut, Tensor dRow) {
    FloatRows rows = FloatRows.of(dOut);
    long sums = dRow.address();
    byColumns(
        nanos(rows, 2),
        rows.columns(),
        (first, end) -> {
          long offset = first * Float.BYTES;
          for (long row = 0; row < rows.count(); row++) {
            RowLoops.add(sums + offset, rows.row(row) + offset, sums + offset, end - first);
          }
        });
  }

  void addScaled(Tensor x, float factor, Tensor sum) {
    FloatRows[] rows = FloatRows.elementwise(x, sum);
    gang.rows(
        nanos(rows[0], 3),
        rows[0].count(),
        (from, to) -> {
          for (long row = from; row < to; row++) {
            RowLoops.addScaled(rows[0].row(row), factor, rows[1].row(row), rows[0].length(row));
          }
        });
  }

  void sequenceSums(Tensor values, Tensor weights, List<KvView.Sequence> sequences, Tensor out) {
    float[] lanes = new float[Kernels.LANES];
    for (int s = 0; s < sequences.size(); s++) {
      KvView.Sequence sequence = sequences.get(s);
      long first = (long) sequence.firstQuery() * Float.BYTES;
      float sum =
          Reduction.dot(
              values.address() + first, weights.address() + first, sequence.queries(), lanes);
      Memory.set(out.address() + (long) s * Float.BYTES, sum);
    }
  }

  void sequenceSumsGradient(
      Tensor dOut, Tensor weights, List<KvView.Sequence> sequences, Tensor dValues) {
    for (int s = 0; s < sequences.size(); s++) {
      KvView.Sequence sequence = sequences.get(s);
      long first = (long) sequence.firstQuery() * Float.BYTES;
      RowLoops.addScaled(
          weights.address() + first,
          element(dOut.address(), s),
          dValues.address() + first,
          sequence.queries());
    }
  }

  double sumOfSquares(Tensor x) {
    FloatRows rows = FloatRows.of(x);
    double[] sums = new double[Math.toIntExact(rows.count())];
    gang.rows(nanos(rows, 1), rows.count(), (from, to) -> SquareSums.ofRows(rows, from, to, sums));
    double sum = 0;
    for (double one : sums) {
      sum += one;
    }
    return sum;
  }

  void embedding(Tensor table, Tensor ids, Tensor out) {
    FloatRows from = FloatRows.of(table);
    FloatRows to = FloatRows.of(out);
    long tokens = ids.address();
    gang.rows(
        nanos(to, 2),
        to.count(),
        (first, end) -> {
          for (long row = first; row < end; row++) {
            int id = Memory.getInt(tokens + row * Integer.BYTES);
            RowLoops.copy(from.row(id), to.row(row), to.columns());
          }
        });
  }

  void embedding(LoadedWeight table, Tensor ids, Tensor out, ScratchPool scratches) {
    FloatRows to = FloatRows.of(out);
    long tokens = ids.address();
    gang.rows(
        nanos(to, 4),
        to.count(),
        (first, end) -> {
          try (ScratchPool.Scratch scratch = scratches.borrow()) {
            long room = scratch.floats(table.room());
            for (long row = first; row < end; row++) {
              table.row(Memory.getInt(tokens + row * Integer.BYTES), to.row(row), room);
            }
          }
        });
  }

  void embeddingGradient(Tensor dOut, Tensor ids, Tensor dTable) {
    FloatRows from = FloatRows.of(dOut);
    FloatRows to = FloatRows.of(dTable);
    long tokens = ids.address();
    byColumns(
        nanos(from, 3),
        from.columns(),
        (first, end) -> {
          long offset = first * Float.BYTES;
          for (long row = 0; row < from.count(); row++) {
            long sum = to.row(Memory.getInt(tokens + row * Integer.BYTES)) + offset;
            RowLoops.add(sum, from.row(row) + offset, sum, end - first);
          }
        });
  }

  /// Shares columns instead of rows.
  private void byColumns(long nanos, int columns, Gang.Rows task) {
    long parts = (columns + PART_COLUMNS - 1) / PART_COLUMNS;
    gang.rows(
        nanos,
        parts,
        (from, to) -> task.run(from * PART_COLUMNS, Math.min(to * PART_COLUMNS, columns)));
  }

  void rmsNorm(Tensor x, Tensor gain, float epsilon, Tensor out, Tensor inverseRms) {
    FloatRows from = FloatRows.of(x);
    FloatRows to = FloatRows.of(out);
    long gains = gain.address();
    long inverses = inverseRms.address();
    gang.rows(
        nanos(from, 3),
        from.count(),
        (first, end) -> {
          float[] lanes = new float[Kernels.LANES];
          for (long row = first; row < end; row++) {
            long values = from.row(row);
            float squares = Reduction.dot(values, values, from.columns(), lanes);
            float inverse = 1 / (float) Math.sqrt(squares / from.columns() + epsilon);
            Memory.set(inverses + row * Float.BYTES, inverse);
            scale(values, inverse, gains, to.row(row), from.columns());
          }
        });
  }

  /// `out = (x · factor) · gain`.
  private static void scale(long x, float factor, long gain, long out, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    FloatVector factors = all(factor);
    for (long i = 0; i < vectors; i += BYTES) {
      Memory.store(Memory.load(x + i).mul(factors).mul(Memory.load(gain + i)), out + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      Memory.set(out + i, Memory.get(x + i) * factor * Memory.get(gain + i));
    }
  }

  void rmsNormInputGradient(Tensor dOut, Tensor x, Tensor gain, Tensor inverseRms, Tensor dx) {
    FloatRows from = FloatRows.of(dOut);
    FloatRows values = FloatRows.of(x);
    FloatRows to = FloatRows.of(dx);
    int dim = from.columns();
    gang.rows(
        nanos(from, 6),
        from.count(),
        (first, end) -> {
          float[] lanes = new float[Kernels.LANES];
          for (long row = first; row < end; row++) {
            float r = element(inverseRms.address(), row);
            float dot =
                SquareSums.scaledDot(gain.address(), from.row(row), values.row(row), dim, lanes);
            float slope = r * r * r * (dot / dim);
            long d = from.row(row);
            addInputGradient(d, gain.address(), r, slope, values.row(row), to.row(row), dim);
          }
        });
  }

  /// `sum += r · (gain · d) - slope · x`, the product with the slope fused.
  private static void addInputGradient(
      long d, long gain, float r, float slope, long x, long sum, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    FloatVector slopes = all(-slope);
    for (long i = 0; i < vectors; i += BYTES) {
      FloatVector through = Memory.load(gain + i).mul(Memory.load(d + i)).mul(r);
      FloatVector change = slopes.fma(Memory.load(x + i), through);
      Memory.store(Memory.load(sum + i).add(change), sum + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      float through = Memory.get(gain + i) * Memory.get(d + i) * r;
      float change = Math.fma(-slope, Memory.get(x + i), through);
      Memory.set(sum + i, Memory.get(sum + i) + change);
    }
  }

  void rmsNormGainGradient(Tensor dOut, Tensor x, Tensor inverseRms, Tensor dGain) {
    FloatRows from = FloatRows.of(dOut);
    FloatRows values = FloatRows.of(x);
    long inverses = inverseRms.address();
    long sums = dGain.address();
    byColumns(
        nanos(from, 3),
        from.columns(),
        (first, end) -> {
          for (long row = 0; row < from.count(); row++) {
            float inverse = element(inverses, row);
            long offset = first * Float.BYTES;
            long d = from.row(row) + offset;
            addGain(d, values.row(row) + offset, inverse, sums + offset, end - first);
          }
        });
  }

  /// `sum += d · (x · inverse)`, fused.
  private static void addGain(long d, long x, float inverse, long sum, long count) {
    long bytes = count * Float.BYTES;
    long vectors = vectors(bytes);
    FloatVector inverses = all(inverse);
    for (long i = 0; i < vectors; i += BYTES) {
      FloatVector normed = Memory.load(x + i).mul(inverses);
      Memory.store(Memory.load(d + i).fma(normed, Memory.load(sum + i)), sum + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      float normed = Memory.get(x + i) * inverse;
      Memory.set(sum + i, Math.fma(Memory.get(d + i), normed, Memory.get(sum + i)));
    }
  }

  void rotate(Tensor x, Tensor positions, Rotation rotation, boolean inverse) {
    FloatRows rows = FloatRows.of(x);
    if (rows.count() == 0) {
      return;
    }
    long tokens = positions.address();
    long heads = rows.count() / positions.shape().elements();
    RotaryPairs pairs =
        new RotaryPairs(rotations.upTo(highest(positions), rotation), rotation.ropeDim(), inverse);
    gang.rows(
        nanos(rows, 4),
        rows.count(),
        (from, to) -> {
          long end;
          for (long row = from; row < to; row = end) {
            long token = row / heads;
            end = Math.min(to, (token + 1) * heads);
            int position = Memory.getInt(tokens + token * Integer.BYTES);
            pairs.turn(rows.row(row), rows.stride(), end - row, position);
          }
        });
  }

  private static int highest(Tensor positions) {
    int highest = 0;
    for (int index = 0; index < positions.shape().elements(); index++) {
      highest =
          Math.max(highest, Memory.getInt(positions.address() + (long) index * Integer.BYTES));
    }
    return highest;
  }

  void joinKeys(Tensor own, Tensor shared, Tensor out) {
    FloatRows left = FloatRows.of(own);
    FloatRows right = FloatRows.of(shared);
    FloatRows to = FloatRows.of(out);
    int heads = own.size(1);
    long leftBytes = (long) left.columns() * Float.BYTES;
    gang.rows(
        nanos(to, 2),
        right.count(),
        (from, end) -> {
          for (long row = from * heads; row < end * heads; row++) {
            RowLoops.copy(left.row(row), to.row(row), left.columns());
            RowLoops.copy(right.row(row / heads), to.row(row) + leftBytes, right.columns());
          }
        });
  }

  void joinKeysGradient(Tensor dOut, Tensor dOwn, Tensor dShared) {
    FloatRows left = FloatRows.of(dOwn);
    FloatRows right = FloatRows.of(dShared);
    FloatRows d = FloatRows.of(dOut);
    int heads = dOwn.size(1);
    long leftBytes = (long) left.columns() * Float.BYTES;
    gang.rows(
        nanos(d, 3),
        right.count(),
        (from, end) -> {
          for (long row = from * heads; row < end * heads; row++) {
            long own = left.row(row);
            long shared = right.row(row / heads);
            RowLoops.add(own, d.row(row), own, left.columns());
            RowLoops.add(shared, d.row(row) + leftBytes, shared, right.columns());
          }
        });
  }
}
