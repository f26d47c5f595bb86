package dev.minke.cli;

import dev.minke.cli.console.Stages;
import dev.minke.kernel.Kernels;
import dev.minke.train.GemmPeak;
import java.io.IOException;

/// The speed of this machine's large products, measured and charged when it is first asked for: a
/// budget, and every phase of a training, want the same. Mutable; belongs to one thread.
final class ProductPeak {
  private final Kernels kernels;
  private final Stages stages;
  private double flops = Double.NaN;

  /// @param stages that the measurement is one of
  ProductPeak(Kernels kernels, Stages stages) {
    this.kernels = kernels;
    this.stages = stages;
  }

  /// Floating-point operations a second.
  double flops() throws IOException {
    if (Double.isNaN(flops)) {
      flops = stages.charge("probe", _ -> GemmPeak.measure(kernels, GemmPeak.USUAL_SECONDS));
    }
    return flops;
  }
}
