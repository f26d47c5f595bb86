package dev.minke.post;

/// How much better than its group an answer was. Groups are answers to one prompt.
public enum Advantages {
  /// `(r - mean) / std` with the deviation of the group as a population; 0 where all rewards are
  /// equal (DeepSeekMath, arXiv:2402.03300, §4.1.2; its papers do not say which deviation).
  POPULATION,

  /// The same with the deviation of a sample and 1e-4 added to it, as TRL has it.
  SAMPLE,

  /// `r - mean`: groups that are easy or hard get no greater weight (Dr. GRPO, arXiv:2503.20783,
  /// §3.2).
  CENTRED;

  private static final double SAMPLE_EPSILON = 1e-4;

  /// @param rewards of a group, 1 or more
  /// @return one for each
  public double[] of(double[] rewards) {
    int count = rewards.length;
    if (count == 0) {
      throw new IllegalArgumentException("group: expected 1 reward or more, found none");
    }
    double[] advantages = new double[count];
    if (isConstant(rewards)) {
      // The mean of equals may differ from them by rounding.
      return advantages;
    }
    double mean = 0;
    for (double reward : rewards) {
      mean += reward / count;
    }
    double squares = 0;
    for (double reward : rewards) {
      squares += (reward - mean) * (reward - mean);
    }
    double scale =
        switch (this) {
          case POPULATION -> Math.sqrt(squares / count);
          case SAMPLE -> Math.sqrt(squares / (count - 1)) + SAMPLE_EPSILON;
          case CENTRED -> 1;
        };
    for (int i = 0; i < count; i++) {
      advantages[i] = (rewards[i] - mean) / scale;
    }
    return advantages;
  }

  /// Whether a group says nothing: all of its rewards are equal.
  public static boolean isConstant(double[] rewards) {
    for (double reward : rewards) {
      if (reward != rewards[0]) {
        return false;
      }
    }
    return true;
  }
}
