package dev.minke.train;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;

/// Brings all singular values of a matrix of one shape near 1 and leaves its singular vectors: what
/// Muon does to a gradient (Jordan and others, 2024).
///
/// Each step is `X ← a X + (b G + c G²) X` with `G = X Xᵀ`, an odd polynomial of every singular
/// value; for a tall matrix `G = Xᵀ X` from the right, which is the smaller one. X begins as the
/// matrix divided by its Frobenius norm. Owns its memory; the owner closes it.
final class NewtonSchulz implements AutoCloseable {
  /// One step's polynomial `a x + b x³ + c x⁵`.
  record Coefficients(double a, double b, double c) {
    /// Fast, and ends anywhere between 0.7 and 1.2.
    static final Coefficients FAST = new Coefficients(3.4445, -4.7750, 2.0315);

    /// Slow, and ends at 1.
    static final Coefficients EXACT = new Coefficients(2, -1.5, 0.5);
  }

  /// Smallest norm that is divided by.
  private static final double LEAST_NORM = 1e-7;

  private final Kernels kernels;
  private final List<Coefficients> steps;
  private final boolean tall;
  private final Arena arena = Arena.ofShared();
  private final Tensor gram;
  private final Tensor square;
  private final Tensor mixed;
  private final Prepared preparedGram;

  /// Of a tall matrix the mixed powers, of a wide one itself.
  private final Prepared factor;

  private Tensor matrix;
  private Tensor next;

  /// @param dtype F32, or F64 for kernels that have it
  NewtonSchulz(Kernels kernels, DType dtype, int rows, int columns, List<Coefficients> steps) {
    this.kernels = kernels;
    this.steps = List.copyOf(steps);
    tall = rows > columns;
    int side = Math.min(rows, columns);
    Shape small = Shape.of(side, side);
    matrix = Tensor.allocate(arena, dtype, Shape.of(rows, columns));
    next = Tensor.allocate(arena, dtype, Shape.of(rows, columns));
    gram = Tensor.allocate(arena, dtype, small);
    square = Tensor.allocate(arena, dtype, small);
    mixed = Tensor.allocate(arena, dtype, small);
    preparedGram = kernels.prepare(gram, Orientation.FORWARD);
    factor = kernels.prepare(tall ? mixed : matrix, Orientation.FORWARD);
  }

  /// @param x `[rows, columns]`
  /// @return the result, which the next call overwrites
  Tensor orthogonalize(Tensor x) {
    double norm = Math.max(Math.sqrt(kernels.sumOfSquares(x)), LEAST_NORM);
    kernels.fill(matrix, 0);
    kernels.addScaled(x, (float) (1 / norm), matrix);
    for (Coefficients step : steps) {
      if (tall) {
        kernels.weightGradient(matrix, matrix, gram, false);
      } else {
        kernels.refresh(factor, matrix);
        kernels.matmul(matrix, factor, gram, false);
      }
      mix(step);
      kernels.fill(next, 0);
      kernels.addScaled(matrix, (float) step.a, next);
      if (tall) {
        kernels.refresh(factor, mixed);
        kernels.matmul(matrix, factor, next, true);
      } else {
        // The symmetric factor from the left: as the gradient of a weight, over the smaller side.
        kernels.weightGradient(mixed, matrix, next, true);
      }
      Tensor done = matrix;
      matrix = next;
      next = done;
    }
    return matrix;
  }

  /// `mixed = b G + c G²`; G is symmetric.
  private void mix(Coefficients step) {
    kernels.refresh(preparedGram, gram);
    kernels.matmul(gram, preparedGram, square, false);
    kernels.fill(mixed, 0);
    kernels.addScaled(gram, (float) step.b, mixed);
    kernels.addScaled(square, (float) step.c, mixed);
  }

  @Override
  public void close() {
    preparedGram.close();
    factor.close();
    arena.close();
  }
}
