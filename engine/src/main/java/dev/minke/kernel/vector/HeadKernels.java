package dev.minke.kernel.vector;

import dev.minke.kernel.Kernels;
import dev.minke.tensor.Tensor;

/// The softmax over the vocabulary.
final class HeadKernels {
  private static final double NANOS_PER_EXPONENTIAL = 1;

  /// Exponentials in flight between the two loops of a sum: 4 KB, in the first-level cache.
  private static final int PIECE = 1024;

  private final Gang gang;
  private final ScratchPool scratches;

  HeadKernels(Gang gang, ScratchPool scratches) {
    this.gang = gang;
    this.scratches = scratches;
  }

  void logProbs(Tensor logits, Tensor targets, Tensor logProbs, Tensor logSumExp) {
    FloatRows rows = FloatRows.of(logits);
    long target = targets.address();
    long probability = logProbs.address();
    long total = logSumExp.address();
    gang.rows(
        (long) (rows.elements() * NANOS_PER_EXPONENTIAL),
        rows.count(),
        (from, to) -> {
          float[] lanes = new float[Kernels.LANES];
          try (ScratchPool.Scratch scratch = scratches.borrow()) {
            long piece = scratch.floats(PIECE);
            for (long row = from; row < to; row++) {
              float sum = logSumExp(rows.row(row), rows.columns(), piece, lanes);
              int chosen = Memory.getInt(target + row * Integer.BYTES);
              float logProb = chosen < 0 ? 0 : Memory.get(element(rows.row(row), chosen)) - sum;
              Memory.set(element(total, row), sum);
              Memory.set(element(probability, row), logProb);
            }
          }
        });
  }

  /// The log of the sum of the exponentials of a row.
  private static float logSumExp(long row, int columns, long piece, float[] lanes) {
    float max = Reduction.max(row, columns, lanes);
    Reduction.clear(lanes);
    for (int from = 0; from < columns; from += PIECE) {
      int count = Math.min(PIECE, columns - from);
      Exponential.exp(element(row, from), 1, max, piece, count);
      Reduction.add(piece, count, lanes);
    }
    return max + (float) StrictMath.log(Reduction.tree(lanes));
  }

  void logProbsGradient(Tensor dLogProbs, Tensor targets, Tensor logSumExp, Tensor logits) {
    FloatRows rows = FloatRows.of(logits);
    long target = targets.address();
    long slope = dLogProbs.address();
    long total = logSumExp.address();
    gang.rows(
        (long) (rows.elements() * NANOS_PER_EXPONENTIAL),
        rows.count(),
        (from, to) -> {
          for (long row = from; row < to; row++) {
            int chosen = Memory.getInt(target + row * Integer.BYTES);
            if (chosen < 0) {
              Memory.clear(rows.row(row), rows.columns());
            } else {
              float d = Memory.get(element(slope, row));
              float sum = Memory.get(element(total, row));
              gradient(rows.row(row), rows.columns(), chosen, d, sum);
            }
          }
        });
  }

  private static void gradient(long row, int columns, int target, float d, float logSumExp) {
    long chosen = element(row, target);
    float ofTarget = d * (1 - Exponential.exp(Memory.get(chosen) - logSumExp));
    for (int from = 0; from < columns; from += PIECE) {
      long piece = element(row, from);
      int count = Math.min(PIECE, columns - from);
      Exponential.exp(piece, 1, logSumExp, piece, count);
      RowLoops.multiply(piece, -d, count);
    }
    Memory.set(chosen, ofTarget);
  }

  private static long element(long address, long index) {
    return address + index * Float.BYTES;
  }
}
