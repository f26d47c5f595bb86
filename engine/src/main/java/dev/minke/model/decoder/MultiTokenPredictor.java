package dev.minke.model.decoder;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Ops;
import dev.minke.kernel.KvRows;
import dev.minke.model.CachedRows;
import dev.minke.model.TokenRows;
import dev.minke.nn.Linear;
import dev.minke.nn.ParameterSource;
import dev.minke.nn.RmsNorm;
import dev.minke.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Predicts the token after next from the hidden state and the next token's embedding (DeepSeek-V3
/// §2.2), as the released weights do it: `block(join [norm(embedding) ; norm(hidden)])`, embedding
/// first, hidden state after the model's final norm.
///
/// @param embeddingNorm of the next token's embedding
/// @param hiddenNorm of the hidden state
/// @param join `[dim, 2 · dim]`
/// @param block a layer of its own
/// @param norm before the shared head
public record MultiTokenPredictor(
    RmsNorm embeddingNorm, RmsNorm hiddenNorm, Linear join, Block block, RmsNorm norm) {

  static MultiTokenPredictor of(ParameterSource source, String name, DecoderConfig config) {
    int dim = config.dim();
    float epsilon = config.normEpsilon();
    return new MultiTokenPredictor(
        RmsNorm.of(source, name + ".embeddingNorm", dim, epsilon),
        RmsNorm.of(source, name + ".hiddenNorm", dim, epsilon),
        Linear.of(source, name + ".join", 2 * dim, dim),
        Block.of(source, name + ".block", config, config.layers()),
        RmsNorm.of(source, name + ".norm", dim, epsilon));
  }

  /// @param hidden final hidden states of the model `[tokens, dim]`
  /// @param next embeddings of the tokens that follow `[tokens, dim]`
  /// @param balance the balance loss to be added; null for none
  /// @return `[tokens, dim]`, ready for the head
  Tensor forward(
      Ops ops, Tensor hidden, Tensor next, TokenRows rows, @Nullable BalanceTerm balance) {
    return norm.forward(ops, block.forward(ops, join(ops, hidden, next), rows, balance));
  }

  /// The same for the newest positions, older ones being in the cache.
  ///
  /// @param cache of the block
  Tensor forward(EagerOps ops, Tensor hidden, Tensor next, CachedRows rows, KvRows cache) {
    Tensor h = join(ops, hidden, next);
    ops.replace(h, x -> block.forward(ops, x, rows, cache));
    return norm.forward(ops, h);
  }

  private Tensor join(Ops ops, Tensor hidden, Tensor next) {
    return join.forward(
        ops, ops.concat(embeddingNorm.forward(ops, next), hiddenNorm.forward(ops, hidden)));
  }
}
