package dev.minke.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Draws tokens as a [Sampler] says. Its arrays are used again for the next draw; belongs to one
/// thread.
///
/// Every cut keeps a head of the order, and a draw goes down the order until it has seen a share of
/// the head's probability. So the order itself is needed at two places alone: probabilities are
/// summed in steps of the logit, and the tokens of one step are brought in order where a cut or a
/// draw falls into it.
final class Draw {
  private static final int STEPS = 2048;

  /// Steps share the spread of the row, but none is wider than 1/32, after division by the
  /// temperature: what falls into one is a small part of a vocabulary. All that is beyond them is
  /// in the last; beyond 64, which is e^-64 of the highest probability, 53 random bits never reach.
  private static final double FEWEST_PER_UNIT = 32;

  private final Ranking ranking = new Ranking();

  /// `[STEPS]`: probability of the step's kept tokens, that of the best token being 1.
  private final double[] sums = new double[STEPS];

  /// Of the last step that has kept tokens.
  private int lastStep;

  /// Logits are multiplied with it: 1 by the temperature.
  private double rate;

  /// How many steps a distance of 1 has.
  private double perUnit;

  /// Kept are logits from `floor` on, to the token of the key `last`; they have probability `held`.
  private float floor;

  private long last;
  private double held;

  /// Draws a token.
  ///
  /// @param logits `[vocab]`, finite or -∞
  /// @param position of the token to be
  int draw(Sampler sampler, float[] logits, long position) {
    ranking.read(logits);
    if (sampler.temperature() == 0) {
      return ranking.first();
    }
    cut(sampler, logits);
    double wanted = sampler.uniform(position) * held;
    double passed = 0;
    int step = 0;
    while (step < lastStep && passed + sums[step] <= wanted) {
      passed += sums[step++];
    }
    select(step);
    int at = 0;
    while (at < ranking.selected() - 1 && ranking.key(at) != last) {
      passed += weight(Ranking.logit(ranking.key(at)));
      if (passed > wanted) {
        break;
      }
      at++;
    }
    return Ranking.id(ranking.key(at));
  }

  /// The tokens that may be drawn, in order.
  ///
  /// @param logits `[vocab]`, finite or -∞
  List<Sampler.Candidate> candidates(Sampler sampler, float[] logits) {
    ranking.read(logits);
    if (sampler.temperature() == 0) {
      return List.of(new Sampler.Candidate(ranking.first(), 1));
    }
    cut(sampler, logits);
    ranking.select(floor, Float.POSITIVE_INFINITY);
    List<Sampler.Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < ranking.selected() && ranking.key(i) <= last; i++) {
      long key = ranking.key(i);
      double probability = weight(Ranking.logit(key)) / held;
      candidates.add(new Sampler.Candidate(Ranking.id(key), probability));
    }
    return List.copyOf(candidates);
  }

  /// Finds what the cuts leave. Top-p counts what min-p then takes away: it comes first.
  private void cut(Sampler sampler, float[] logits) {
    // A temperature may be so near to 0 that its inverse is infinite, and 0 times that no number.
    rate = Math.min(1 / sampler.temperature(), Double.MAX_VALUE);
    double spread = Math.max(-distance(ranking.low()), Double.MIN_NORMAL);
    perUnit = Math.clamp(STEPS / spread, FEWEST_PER_UNIT, Double.MAX_VALUE);
    float ofTopK = sampler.topK() == 0 ? Float.NEGATIVE_INFINITY : ranking.atRank(sampler.topK());
    // What has no probability, or none that a double could hold, is not kept.
    double least = Math.max(sampler.minP(), Double.MIN_VALUE);
    floor = Math.max(ofTopK, ranking.lowest(logit -> weight(logit) >= least));
    last = Long.MAX_VALUE;
    Arrays.fill(sums, 0);
    boolean whole = sampler.topP() == 1;
    double rest = weigh(logits, whole ? floor : Math.max(ofTopK, -Float.MAX_VALUE));
    held = 0;
    for (int step = 0; step < STEPS; step++) {
      held += sums[step];
      lastStep = sums[step] > 0 ? step : lastStep;
    }
    if (!whole) {
      cutAt(sampler.topP() * (held + rest));
    }
  }

  /// Sums probabilities of logits from `from` on.
  ///
  /// @return of those that are not kept
  private double weigh(float[] logits, float from) {
    double rest = 0;
    for (int block = 0; block < ranking.blocks(); block++) {
      if (ranking.reaches(block, from)) {
        rest += weigh(logits, from, ranking.begin(block), ranking.end(block));
      }
    }
    return rest;
  }

  private double weigh(float[] logits, float from, int begin, int end) {
    double rest = 0;
    for (int id = begin; id < end; id++) {
      float logit = logits[id];
      if (logit >= floor) {
        double distance = distance(logit);
        sums[step(distance)] += Exponential.exp(distance);
      } else if (logit >= from) {
        rest += weight(logit);
      }
    }
    return rest;
  }

  /// Ends the head behind the token with which it has a probability.
  private void cutAt(double limit) {
    double passed = 0;
    int step = 0;
    while (step < lastStep && passed + sums[step] < limit) {
      passed += sums[step++];
    }
    select(step);
    int at = 0;
    passed += weight(Ranking.logit(ranking.key(at)));
    while (passed < limit && at < ranking.selected() - 1) {
      passed += weight(Ranking.logit(ranking.key(++at)));
    }
    lastStep = step;
    last = ranking.key(at);
    held = passed;
  }

  /// Brings the kept tokens of a step in order.
  private void select(int step) {
    float from = ranking.lowest(logit -> step(distance(logit)) <= step);
    float below =
        step == 0 ? Float.POSITIVE_INFINITY : ranking.lowest(logit -> step(distance(logit)) < step);
    ranking.select(Math.max(from, floor), below);
  }

  /// From the highest logit, 0 or less.
  private double distance(double logit) {
    return (logit - ranking.highest()) * rate;
  }

  private double weight(double logit) {
    return Exponential.exp(distance(logit));
  }

  private int step(double distance) {
    return Math.min(STEPS - 1, (int) (distance * -perUnit));
  }
}
