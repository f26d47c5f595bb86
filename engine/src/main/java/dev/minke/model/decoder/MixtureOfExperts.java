package dev.minke.model.decoder;

import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.autograd.Routing;
import dev.minke.nn.ParameterSource;
import dev.minke.nn.SwiGlu;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Routed experts beside shared ones (DeepSeekMoE §3): `Σ_k g_k · expert_k(x) + shared(x)`.
///
/// Tokens are sorted by expert, so each expert is one matrix product; none is padded, none dropped.
///
/// @param router chooses
/// @param gateUp `[experts, 2 · expertHidden, dim]`: gate rows, then up rows of each expert
/// @param down `[experts, dim, expertHidden]`
/// @param shared all shared experts as one; null for none
public record MixtureOfExperts(
    ExpertRouter router, Parameter gateUp, Parameter down, @Nullable SwiGlu shared)
    implements FeedForward {

  static MixtureOfExperts of(ParameterSource source, String name, DecoderConfig config) {
    DecoderConfig.Experts experts = config.experts();
    int dim = config.dim();
    int hidden = experts.hidden();
    return new MixtureOfExperts(
        ExpertRouter.of(source, name + ".router", config),
        source.weight(name + ".experts.gateUp", Shape.of(experts.count(), 2 * hidden, dim)),
        source.weight(name + ".experts.down", Shape.of(experts.count(), dim, hidden)),
        experts.shared() == 0
            ? null
            : SwiGlu.of(source, name + ".shared", dim, experts.shared() * hidden));
  }

  @Override
  public Tensor forward(Ops ops, Tensor x, int layer, Consumer<Routing> routings) {
    Routing routing = router.forward(ops, x, layer);
    routings.accept(routing);
    ops.expect(gateUp, routing);
    Tensor sorted = ops.gatherSlots(x, routing);
    Tensor outputs = ops.groupedFeedForward(sorted, gateUp, down, routing.offsets());
    Tensor routed = ops.combine(outputs, routing);
    return shared == null ? routed : ops.add(routed, shared.forward(ops, x));
  }
}
