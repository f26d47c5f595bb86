package dev.minke.kernel.reference;

import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Gated feed-forward layers: two products with the gated unit between them.
final class ReferenceFeedForward {
  private ReferenceFeedForward() {}

  static void forward(
      Tensor x,
      ReferenceWeight gateUp,
      ReferenceWeight down,
      @Nullable Tensor offsets,
      Tensor gates,
      Tensor activated,
      Tensor out) {
    multiply(x, gateUp, offsets, gates, false);
    activate(gates, activated);
    multiply(activated, down, offsets, out, false);
  }

  static void gradient(
      Tensor dOut,
      ReferenceWeight gateUp,
      ReferenceWeight down,
      @Nullable Tensor offsets,
      Tensor gates,
      Tensor dx,
      boolean accumulate) {
    try (Arena arena = Arena.ofConfined()) {
      int hidden = gates.shape().columns() / 2;
      Tensor dActivated = Tensor.allocate(arena, dOut.dtype(), dOut.shape().withColumns(hidden));
      multiply(dOut, down, offsets, dActivated, false);
      differentiate(dActivated, gates);
    }
    multiply(gates, gateUp, offsets, dx, accumulate);
  }

  private static void multiply(
      Tensor x, ReferenceWeight weight, @Nullable Tensor offsets, Tensor out, boolean accumulate) {
    if (offsets == null) {
      ReferenceProducts.matmul(x, weight, out, accumulate);
    } else {
      ReferenceProducts.groupedMatmul(x, weight, offsets, out, accumulate);
    }
  }

  private static void activate(Tensor gates, Tensor out) {
    Precision precision = Precision.of(out);
    int hidden = out.shape().columns();
    for (int row = 0; row < Rows.count(out); row++) {
      for (int c = 0; c < hidden; c++) {
        double gate = gates.get(row, c);
        double silu = precision.round(gate / precision.round(1 + precision.exp(-gate)));
        out.set(row, c, precision.round(silu * gates.get(row, hidden + c)));
      }
    }
  }

  /// Gates become their gradients.
  private static void differentiate(Tensor dActivated, Tensor gates) {
    Precision precision = Precision.of(gates);
    int hidden = dActivated.shape().columns();
    for (int row = 0; row < Rows.count(dActivated); row++) {
      for (int c = 0; c < hidden; c++) {
        double gate = gates.get(row, c);
        double up = gates.get(row, hidden + c);
        double d = dActivated.get(row, c);
        double sigmoid = precision.sigmoid(gate);
        double silu = precision.round(gate * sigmoid);
        double rest = precision.round(1 - sigmoid);
        double slope = precision.fma(silu, rest, sigmoid);
        gates.set(row, c, precision.round(precision.round(d * up) * slope));
        gates.set(row, hidden + c, precision.round(d * silu));
      }
    }
  }
}
