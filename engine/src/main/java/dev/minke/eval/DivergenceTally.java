package dev.minke.eval;

/// Compares distributions place by place and sums up. Mutable, owned by one measurement.
final class DivergenceTally {
  /// Tokens that the reference finds less probable than e to the power of this add nothing.
  private static final float NEGLIGIBLE = -16;

  private final Moments loss = new Moments();
  private final Moments reference = new Moments();
  private final Moments same = new Moments();
  private final Moments squares = new Moments();
  private final Spread.Collector divergence = new Spread.Collector();
  private final Spread.Collector change = new Spread.Collector();
  private double products;

  /// @param logits `[vocab]` of the model
  /// @param logSumExp the logarithm of the sum of their exponentials
  /// @param target the token that came
  /// @param row of the reference
  void add(float[] logits, float logSumExp, int target, ReferenceRow row) {
    double sum = 0;
    int top = 0;
    int referenceTop = 0;
    float greatest = Float.NEGATIVE_INFINITY;
    for (int token = 0; token < logits.length; token++) {
      float logProb = row.logProb(token);
      if (logProb > greatest) {
        greatest = logProb;
        referenceTop = token;
      }
      if (logits[token] > logits[top]) {
        top = token;
      }
      if (logProb > NEGLIGIBLE) {
        double modelLogProb = (double) logits[token] - logSumExp;
        sum += StrictMath.exp(logProb) * (logProb - modelLogProb);
      }
    }
    divergence.add(sum);
    same.add(top == referenceTop ? 1 : 0);
    addTarget((double) logSumExp - logits[target], -row.logProb(target));
  }

  private void addTarget(double ours, double theirs) {
    loss.add(ours);
    reference.add(theirs);
    products += ours * theirs;
    double changed = StrictMath.exp(-ours) - StrictMath.exp(-theirs);
    change.add(changed);
    squares.add(changed * changed);
  }

  Divergence divergence() {
    Estimate ours = loss.estimate();
    Estimate theirs = reference.estimate();
    long count = loss.count();
    double covariance = (products / count - ours.mean() * theirs.mean()) / Math.max(1, count - 1);
    return new Divergence(
        new Divergence.Losses(ours, theirs, covariance),
        divergence.spread(),
        change.spread(),
        squares.estimate().sqrt(),
        same.estimate());
  }
}
