package dev.minke.model.decoder;

import dev.minke.autograd.Ops;
import dev.minke.autograd.Routing;
import dev.minke.nn.ParameterSource;
import dev.minke.nn.SwiGlu;
import dev.minke.tensor.Tensor;
import java.util.function.Consumer;

/// The second half of a block: dense in the leading layers, a mixture of experts in the others.
public sealed interface FeedForward permits FeedForward.Dense, MixtureOfExperts {
  /// @param x `[tokens, dim]`
  /// @param layer index of the layer
  /// @param routings gets the choice of experts, if there is one
  /// @return `[tokens, dim]`
  Tensor forward(Ops ops, Tensor x, int layer, Consumer<Routing> routings);

  static FeedForward of(ParameterSource source, String name, DecoderConfig config, int layer) {
    return config.isMixture(layer)
        ? MixtureOfExperts.of(source, name, config)
        : new Dense(SwiGlu.of(source, name, config.dim(), config.denseHidden()));
  }

  /// A feed-forward that every token passes.
  record Dense(SwiGlu layer) implements FeedForward {
    @Override
    public Tensor forward(Ops ops, Tensor x, int layer, Consumer<Routing> routings) {
      return this.layer.forward(ops, x);
    }
  }
}
