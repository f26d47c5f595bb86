package dev.minke.inference;

import java.util.Arrays;

/// Log-probabilities of one token: of the one that was chosen, and of those that were likeliest.
///
/// @param chosen log-probability of the chosen token; -∞ if its logit is
/// @param ids `[most]`, or as many as have a probability: most probable first, ties by ascending id
/// @param logProbs `[ids]`
public record LogProbs(double chosen, int[] ids, double[] logProbs) {
  /// By a log-softmax in double, summed in the order of ids: the same on every machine.
  ///
  /// @param logits `[vocab]`, finite or -∞
  /// @param chosen id of the chosen token
  /// @param most how many of the likeliest are wanted
  public static LogProbs of(float[] logits, int chosen, int most) {
    if (chosen < 0 || chosen >= logits.length) {
      throw new IllegalArgumentException(
          "chosen token: expected an id below %d, found %d".formatted(logits.length, chosen));
    }
    if (most < 0) {
      throw new IllegalArgumentException(
          "log-probabilities: expected 0 tokens or more, found %d".formatted(most));
    }
    Ranking ranking = new Ranking();
    ranking.read(logits);
    double highest = ranking.highest();
    double sum = 0;
    for (float logit : logits) {
      sum += Exponential.exp(logit - highest);
    }
    double logSum = highest + StrictMath.log(sum);
    int[] ids = most == 0 ? new int[0] : best(ranking, most);
    return new LogProbs(
        logits[chosen] - logSum,
        ids,
        Arrays.stream(ids).mapToDouble(id -> logits[id] - logSum).toArray());
  }

  private static int[] best(Ranking ranking, int most) {
    float lowest = Math.max(ranking.atRank(most), -Float.MAX_VALUE);
    ranking.select(lowest, Float.POSITIVE_INFINITY);
    int[] ids = new int[Math.min(most, ranking.selected())];
    Arrays.setAll(ids, i -> Ranking.id(ranking.key(i)));
    return ids;
  }
}
