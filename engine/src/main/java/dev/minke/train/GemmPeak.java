package dev.minke.train;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;

/// The speed of a large matrix product on this machine, against which a run's own is held.
public final class GemmPeak {
  private static final int SMALLEST = 64;
  private static final int LARGEST = 512;

  /// A product that takes this long is large enough to be timed.
  private static final double ENOUGH_SECONDS = 0.01;

  private GemmPeak() {}

  /// The highest rate seen within a time, in floating-point operations a second; sizes grow while
  /// products are quick, up to 512³.
  public static double measure(Kernels kernels, double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    double best = 0;
    int size = SMALLEST;
    try (Workspace workspace = new Workspace()) {
      do {
        double took = product(kernels, workspace, size);
        best = Math.max(best, 2.0 * size * size * size / took);
        size = took < ENOUGH_SECONDS ? Math.min(LARGEST, 2 * size) : size;
      } while (System.nanoTime() < end);
    }
    return best;
  }

  private static double product(Kernels kernels, Workspace workspace, int size) {
    Workspace.Mark mark = workspace.mark();
    Tensor x = workspace.allocate(size, size);
    Tensor master = workspace.allocate(size, size);
    Tensor out = workspace.allocate(size, size);
    kernels.fill(x, 0.5f);
    kernels.fill(master, 0.25f);
    try (Prepared weight = kernels.prepare(master, Orientation.FORWARD)) {
      long begin = System.nanoTime();
      kernels.matmul(x, weight, out, false);
      return Math.max(1, System.nanoTime() - begin) * 1e-9;
    } finally {
      workspace.release(mark);
    }
  }
}
