package dev.minke.bench.agreement;

import dev.minke.eval.Divergence;

/// How far distributions are from others.
///
/// @param mean KL divergence of a place, in nats
/// @param error of the mean
/// @param most of any place
/// @param sameTop share of places where both find the same token the most probable
record Distance(double mean, double error, double most, double sameTop) {
  static Distance of(Divergence divergence) {
    return new Distance(
        divergence.divergence().mean().mean(),
        divergence.divergence().mean().error(),
        divergence.divergence().quantile(1),
        divergence.sameTop().mean());
  }
}
