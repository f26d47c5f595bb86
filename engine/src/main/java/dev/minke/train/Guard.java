package dev.minke.train;

/// Watches the loss for divergence: above a multiple of its running minimum for several steps in a
/// row. Mutable; part of the state of a run.
final class Guard {
  private final TrainRecipe.Guard rule;
  private double minimum = Double.POSITIVE_INFINITY;
  private int above;

  Guard(TrainRecipe.Guard rule) {
    this.rule = rule;
  }

  double minimum() {
    return minimum;
  }

  int above() {
    return above;
  }

  void restore(double minimum, int above) {
    this.minimum = minimum;
    this.above = above;
  }

  /// Takes a step's loss; whether the run has diverged.
  boolean diverged(double loss) {
    minimum = Math.min(minimum, loss);
    above = loss > rule.factor() * minimum ? above + 1 : 0;
    return above >= rule.steps();
  }
}
