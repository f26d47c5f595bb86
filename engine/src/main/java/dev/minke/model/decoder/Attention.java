package dev.minke.model.decoder;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Ops;
import dev.minke.kernel.KvRows;
import dev.minke.model.CachedRows;
import dev.minke.model.TokenRows;
import dev.minke.nn.ParameterSource;
import dev.minke.tensor.Tensor;

/// The first half of a block: every token looks at those before it in its own sequence.
public sealed interface Attention permits LatentAttention, GroupedQueryAttention {
  static Attention of(ParameterSource source, String name, DecoderConfig config) {
    return switch (config.attention()) {
      case DecoderConfig.Latent sizes -> LatentAttention.of(source, name, config, sizes);
      case DecoderConfig.Grouped sizes -> GroupedQueryAttention.of(source, name, config, sizes);
    };
  }

  /// Attention of whole sequences to themselves.
  ///
  /// @param x `[tokens, dim]`
  /// @param name of the layer, for the observer
  /// @return `[tokens, dim]`
  Tensor forward(Ops ops, Tensor x, TokenRows rows, String name);

  /// Attention of the newest positions to all positions of their sequences.
  ///
  /// @param x `[tokens, dim]`
  /// @param rows in two forms for latent attention; grouped-query attention has but one
  /// @param cache of this layer; the newest positions are written to it first, and all are read as
  ///   it has rounded them, so that nothing depends on which of them come together
  /// @return `[tokens, dim]`
  Tensor forward(EagerOps ops, Tensor x, CachedRows rows, KvRows cache);
}
