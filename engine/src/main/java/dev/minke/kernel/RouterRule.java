package dev.minke.kernel;

/// How a router chooses and weighs experts (DeepSeek-V2 §2.2, DeepSeek-V3 §2.1.2).
///
/// Selection score = affinity + bias (bias absent: affinity alone). With more than one group, only
/// the best `activeGroups` groups take part; a group's score is its best member, or the sum of its
/// best two. Among the rest the `activeExperts` highest win; ties go to the lower index, for groups
/// and for experts. Excluded experts count as -∞. Gate weight = affinity without the bias, divided
/// by the sum over the chosen plus 1e-20 if `normalise`, times `scale`. Chosen experts are listed
/// by descending selection score: that is the "slot order" in which outputs are added.
///
/// @param score how logits become affinities
/// @param activeExperts experts per token
/// @param groups groups of equal size; 1 for none
/// @param activeGroups groups that take part
/// @param groupTopTwo score a group by the sum of its best two (V3) instead of its best (V2)
/// @param normalise divide the chosen affinities by their sum
/// @param scale the routed scaling factor
public record RouterRule(
    ScoreFunction score,
    int activeExperts,
    int groups,
    int activeGroups,
    boolean groupTopTwo,
    boolean normalise,
    float scale) {
  public RouterRule {
    if (activeExperts < 1 || groups < 1 || activeGroups < 1 || activeGroups > groups) {
      throw new IllegalArgumentException(
          "router: expected 1 or more active experts and 1 <= active groups <= groups, found %d, %d of %d"
              .formatted(activeExperts, activeGroups, groups));
    }
    if (!Float.isFinite(scale)) {
      throw new IllegalArgumentException(
          "router: expected a finite scale of gate weights, found " + scale);
    }
  }
}
