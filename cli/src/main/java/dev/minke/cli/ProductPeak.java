package dev.minke.cli;

import dev.minke.kernel.Kernels;
import dev.minke.train.GemmPeak;

/// The speed of this machine's large products, measured when it is first asked for: a budget, and
/// every phase of a training, want the same. Mutable; belongs to one thread.
final class ProductPeak {
  private final Kernels kernels;
  private double flops = Double.NaN;

  ProductPeak(Kernels kernels) {
    this.kernels = kernels;
  }

  /// Floating-point operations a second.
  double flops() {
    if (Double.isNaN(flops)) {
      flops = GemmPeak.measure(kernels, GemmPeak.USUAL_SECONDS);
    }
    return flops;
  }
}
