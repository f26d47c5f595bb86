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

  /// Products before the compiler has surely seen them; fewer would measure the interpreter.
  private static final int COLD_PRODUCTS = 100;

  /// How many times longer than asked for a busy machine may take to run those.
  private static final int PATIENCE = 6;

  /// Usual time for [#measure]: enough for the compiler to make the products fast, too.
  public static final double USUAL_SECONDS = 2;

  private GemmPeak() {}

  /// The highest rate seen within a time, in floating-point operations a second; sizes grow while
  /// products are quick, up to 512³. On a busy machine it takes longer, until the kernels are warm.
  public static double measure(Kernels kernels, double seconds) {
    long begin = System.nanoTime();
    long nanos = (long) (seconds * 1e9);
    int products = 0;
    long spent;
    double best = 0;
    int size = SMALLEST;
    try (Workspace workspace = new Workspace()) {
      do {
        double took = product(kernels, workspace, size);
        best = Math.max(best, 2.0 * size * size * size / took);
        size = took < ENOUGH_SECONDS ? Math.min(LARGEST, 2 * size) : size;
        products++;
        spent = System.nanoTime() - begin;
      } while (spent < nanos || (products < COLD_PRODUCTS && spent < PATIENCE * nanos));
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
