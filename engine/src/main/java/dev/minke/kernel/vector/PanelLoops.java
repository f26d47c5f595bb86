package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.ADDRESS;
import static dev.minke.kernel.vector.Memory.STEPS;
import static dev.minke.kernel.vector.Memory.load;
import static dev.minke.kernel.vector.Memory.store;
import static dev.minke.kernel.vector.RowLoops.all;

import dev.minke.kernel.Kernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Loops over panels of attention: forward, a column is a query and a row a position; backward, a
/// column is a position and a row a query.
///
/// Nothing is ever added or compared across lanes, and a loop meets many rows without waiting for
/// one of them. All panels are contiguous, `[rows, columns]`, and all begin as [MicroKernels] say.
final class PanelLoops {
  private static final long BYTES = VectorWidth.BYTES;
  private static final long PANEL_BYTES = Tiles.PANEL_BYTES;

  private PanelLoops() {}

  /// `most[c] = max(most[c], x[p][c] · scale)` over the positions that query c sees. A score that
  /// is no number may be passed over: its weight tells.
  ///
  /// @param sure positions that all queries see
  /// @param seen how many of the positions each query sees, as floats
  static void largest(long x, int sure, int positions, float scale, long seen, long most) {
    x &= ADDRESS;
    FloatVector scales = all(scale);
    FloatVector most0 = load(most);
    FloatVector most1 = load(most + BYTES);
    for (int p = 0; p < sure; p++) {
      long at = x + (p & STEPS) * PANEL_BYTES;
      FloatVector x0 = load(at).mul(scales);
      FloatVector x1 = load(at + BYTES).mul(scales);
      most0 = x0.blend(most0, x0.compare(VectorOperators.LE, most0));
      most1 = x1.blend(most1, x1.compare(VectorOperators.LE, most1));
    }
    FloatVector seen0 = load(seen);
    FloatVector seen1 = load(seen + BYTES);
    for (int p = sure; p < positions; p++) {
      long at = x + (p & STEPS) * PANEL_BYTES;
      FloatVector x0 = load(at).mul(scales);
      FloatVector x1 = load(at + BYTES).mul(scales);
      x0 = x0.blend(Float.NEGATIVE_INFINITY, seen0.compare(VectorOperators.LE, p));
      x1 = x1.blend(Float.NEGATIVE_INFINITY, seen1.compare(VectorOperators.LE, p));
      most0 = x0.blend(most0, x0.compare(VectorOperators.LE, most0));
      most1 = x1.blend(most1, x1.compare(VectorOperators.LE, most1));
    }
    store(most0, most);
    store(most1, most + BYTES);
  }

  /// `x[p][c] = 0` for positions that query c does not see.
  ///
  /// @param sure positions that all queries see
  static void hide(long x, int sure, int positions, long seen) {
    x &= ADDRESS;
    FloatVector seen0 = load(seen);
    FloatVector seen1 = load(seen + BYTES);
    for (int p = sure; p < positions; p++) {
      long at = x + (p & STEPS) * PANEL_BYTES;
      store(load(at).blend(0f, seen0.compare(VectorOperators.LE, p)), at);
      store(load(at + BYTES).blend(0f, seen1.compare(VectorOperators.LE, p)), at + BYTES);
    }
  }

  /// `total[c] += Σ_p x[p][c]`, in the order of a row reduction.
  ///
  /// @param lanes room for `[16, columns]`
  static void addUp(long x, int positions, long lanes, long total) {
    x &= ADDRESS;
    lanes &= ADDRESS;
    FloatVector zero = FloatVector.zero(VectorWidth.FLOATS);
    for (int lane = 0; lane < Kernels.LANES; lane++) {
      long at = lanes + (lane & STEPS) * PANEL_BYTES;
      store(zero, at);
      store(zero, at + BYTES);
    }
    for (int p = 0; p < positions; p++) {
      long from = x + (p & STEPS) * PANEL_BYTES;
      long at = lanes + (p & (Kernels.LANES - 1)) * PANEL_BYTES;
      store(load(at).add(load(from)), at);
      store(load(at + BYTES).add(load(from + BYTES)), at + BYTES);
    }
    for (int half = Kernels.LANES / 2; half > 0; half /= 2) {
      long upper = (lanes + (half & STEPS) * PANEL_BYTES) & ADDRESS;
      for (int lane = 0; lane < half; lane++) {
        long step = (lane & STEPS) * PANEL_BYTES;
        long at = lanes + step;
        store(load(at).add(load(upper + step)), at);
        store(load(at + BYTES).add(load(upper + step + BYTES)), at + BYTES);
      }
    }
    store(load(total).add(load(lanes)), total);
    store(load(total + BYTES).add(load(lanes + BYTES)), total + BYTES);
  }

  /// `x[c] -= y[c]`.
  static void subtract(long x, long y) {
    store(load(x).sub(load(y)), x);
    store(load(x + BYTES).sub(load(y + BYTES)), x + BYTES);
  }

  /// `x[r][c] *= factors[c]`.
  static void multiply(long x, int rows, long factors) {
    x &= ADDRESS;
    FloatVector factors0 = load(factors);
    FloatVector factors1 = load(factors + BYTES);
    for (int r = 0; r < rows; r++) {
      long at = x + (r & STEPS) * PANEL_BYTES;
      store(load(at).mul(factors0), at);
      store(load(at + BYTES).mul(factors1), at + BYTES);
    }
  }

  /// `x[r][c] /= totals[c]`, minus zero becoming plus zero.
  static void finish(long x, int rows, long totals) {
    x &= ADDRESS;
    FloatVector totals0 = load(totals);
    FloatVector totals1 = load(totals + BYTES);
    for (int r = 0; r < rows; r++) {
      long at = x + (r & STEPS) * PANEL_BYTES;
      store(load(at).div(totals0).add(0f), at);
      store(load(at + BYTES).div(totals1).add(0f), at + BYTES);
    }
  }

  /// Minus zero becomes plus zero, to which any number of zeros may be added.
  static void plusZero(long x, int rows) {
    x &= ADDRESS;
    for (int r = 0; r < rows; r++) {
      long at = x + (r & STEPS) * PANEL_BYTES;
      store(load(at).add(0f), at);
      store(load(at + BYTES).add(0f), at + BYTES);
    }
  }

  /// `x[r][c] = values[r]`.
  static void spread(long values, int rows, long x) {
    values &= ADDRESS;
    x &= ADDRESS;
    for (int r = 0; r < rows; r++) {
      long at = x + (r & STEPS) * PANEL_BYTES;
      FloatVector value = Memory.broadcast(values + (r & STEPS) * (long) Float.BYTES);
      store(value, at);
      store(value, at + BYTES);
    }
  }

  /// `slopes[r][c] = weights[r][c] · (slopes[r][c] - totals[r]) · scale`, and zero for both where a
  /// row does not see a column.
  ///
  /// @param steps the first so many rows see columns `0 … r` only
  /// @param numbers the number of each column
  static void slopes(
      long weights, long slopes, int steps, int rows, long totals, float scale, long numbers) {
    weights &= ADDRESS;
    slopes &= ADDRESS;
    totals &= ADDRESS;
    FloatVector scales = all(scale);
    FloatVector numbers0 = load(numbers);
    FloatVector numbers1 = load(numbers + BYTES);
    for (int r = 0; r < steps; r++) {
      long step = (r & STEPS) * PANEL_BYTES;
      FloatVector total = Memory.broadcast(totals + (r & STEPS) * (long) Float.BYTES);
      FloatVector weight0 = load(weights + step);
      FloatVector weight1 = load(weights + step + BYTES);
      FloatVector slope0 = weight0.mul(load(slopes + step).sub(total)).mul(scales);
      FloatVector slope1 = weight1.mul(load(slopes + step + BYTES).sub(total)).mul(scales);
      VectorMask<Float> unseen0 = numbers0.compare(VectorOperators.GT, r);
      VectorMask<Float> unseen1 = numbers1.compare(VectorOperators.GT, r);
      store(weight0.blend(0f, unseen0), weights + step);
      store(weight1.blend(0f, unseen1), weights + step + BYTES);
      store(slope0.blend(0f, unseen0), slopes + step);
      store(slope1.blend(0f, unseen1), slopes + step + BYTES);
    }
    for (int r = steps; r < rows; r++) {
      long step = (r & STEPS) * PANEL_BYTES;
      FloatVector total = Memory.broadcast(totals + (r & STEPS) * (long) Float.BYTES);
      FloatVector weight0 = load(weights + step);
      FloatVector weight1 = load(weights + step + BYTES);
      store(weight0.mul(load(slopes + step).sub(total)).mul(scales), slopes + step);
      store(weight1.mul(load(slopes + step + BYTES).sub(total)).mul(scales), slopes + step + BYTES);
    }
  }
}
