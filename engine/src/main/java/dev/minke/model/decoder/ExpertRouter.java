package dev.minke.model.decoder;

import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.autograd.Routing;
import dev.minke.kernel.RouterRule;
import dev.minke.nn.Linear;
import dev.minke.nn.ParameterSource;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;

/// Chooses the experts of each token (DeepSeek-V3 §2.1.2).
///
/// @param scores `[experts, dim]`
/// @param bias `[experts]`, for selection only, moved by the trainer after each step; zeros where a
///   model has none
/// @param rule scores, groups and gate weights
public record ExpertRouter(Linear scores, Parameter bias, RouterRule rule) {
  static ExpertRouter of(ParameterSource source, String name, DecoderConfig config) {
    int experts = config.experts().count();
    return new ExpertRouter(
        Linear.of(source, name + ".scores", config.dim(), experts),
        source.buffer(name + ".bias", Shape.of(experts)),
        config.experts().rule());
  }

  /// @param x `[tokens, dim]`
  /// @param layer index of the layer, for the observer
  Routing forward(Ops ops, Tensor x, int layer) {
    Routing routing = ops.route(scores.forward(ops, x), bias.value(), rule);
    ops.observer().routed(layer, routing.logits(), routing.chosen(), routing.weights());
    return routing;
  }
}
