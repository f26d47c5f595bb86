package dev.minke.nn;

import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;

/// A learned vector for each token id.
///
/// @param table `[vocab, dim]`
public record Embedding(Parameter table) {
  public static Embedding of(ParameterSource source, String name, int vocab, int dim) {
    return new Embedding(source.weight(name, Shape.of(vocab, dim)));
  }

  /// @param ids I32 `[tokens]`
  /// @return `[tokens, dim]`
  public Tensor forward(Ops ops, Tensor ids) {
    return ops.embedding(table, ids);
  }
}
