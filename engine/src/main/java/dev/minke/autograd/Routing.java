package dev.minke.autograd;

import dev.minke.kernel.RouterRule;
import dev.minke.tensor.Tensor;

/// Which experts see which tokens, as [Ops#route] found.
///
/// @param rule how they were chosen
/// @param logits `[tokens, experts]`
/// @param chosen I32 `[tokens, activeExperts]`
/// @param weights `[tokens, activeExperts]`
/// @param slots I32 `[tokens · activeExperts]`: the slot at each place sorted by expert
/// @param places I32 `[tokens · activeExperts]`: the place of each slot
/// @param offsets I32 `[experts + 1]`: where each expert's places begin
public record Routing(
    RouterRule rule,
    Tensor logits,
    Tensor chosen,
    Tensor weights,
    Tensor slots,
    Tensor places,
    Tensor offsets) {}
