package dev.minke.eval;

import dev.minke.kernel.Arithmetic;
import dev.minke.kernel.Kernels;
import dev.minke.model.CausalModel;
import java.util.function.IntUnaryOperator;

/// What is measured.
///
/// @param model that is asked
/// @param kernels that compute
/// @param arithmetic of its products
/// @param tokenBytes how many UTF-8 bytes of text a token stands for; 0 for each where nobody knows
public record Subject(
    CausalModel model, Kernels kernels, Arithmetic arithmetic, IntUnaryOperator tokenBytes) {
  /// Exact.
  public Subject(CausalModel model, Kernels kernels, IntUnaryOperator tokenBytes) {
    this(model, kernels, Arithmetic.EXACT, tokenBytes);
  }
}
