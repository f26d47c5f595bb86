package dev.minke.nn;

import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;

/// Gated feed-forward `down(silu(gate x) · up x)` (arXiv:2002.05202), gate and up in one weight.
///
/// @param gateUp `[2 · hidden, dim]`: gate rows, then up rows
/// @param down `[dim, hidden]`
public record SwiGlu(Parameter gateUp, Parameter down) {
  public static SwiGlu of(ParameterSource source, String name, int dim, int hidden) {
    return new SwiGlu(
        source.weight(name + ".gateUp", Shape.of(2 * hidden, dim)),
        source.weight(name + ".down", Shape.of(dim, hidden)));
  }

  /// Width of the hidden layer.
  public int hidden() {
    return down.shape().columns();
  }

  /// @param x `[tokens, dim]`
  /// @return `[tokens, dim]`
  public Tensor forward(Ops ops, Tensor x) {
    return ops.feedForward(x, gateUp, down);
  }
}
