package dev.minke.inference;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Draws tokens as a [Sampler] says. Its arrays are used again for the next draw; belongs to one
/// thread.
///
/// Every cut keeps a head of the order. The order itself is needed at one place alone: for top-p
/// probabilities are summed in steps of the logit, and the tokens of the step into which the cut
/// falls are brought in order. A draw is a race among those that are kept, in any order; most of
/// them are known to come too late before their time is computed.
final class Draw {
  private static final int STEPS = 2048;

  /// Steps share the spread of the row, but none is wider than 1/32, after division by the
  /// temperature: what falls into one is a small part of a vocabulary. All that is beyond them,
  /// less than e^-64 of the highest probability, is in the last.
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

  /// Kept are logits from `floor` on; of those that are equal to it, ids up to `lastId`.
  private float floor;

  private int lastId;

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
    return race(sampler.numbers(position), logits);
  }

  /// The token of the least time `-log u / weight` (an exponential race, or Gumbel's maximum by
  /// another name), ties to the lowest id. As `-log u` is at least `1 - u`, and a weight at most
  /// that of its block's highest logit, few times have to be computed.
  private int race(RandomStream numbers, float[] logits) {
    int winner = ranking.first();
    double least = time(numbers.uniform(winner), 1);
    for (int block = 0; block < ranking.blocks(); block++) {
      if (ranking.reaches(block, floor)) {
        double most = weight(ranking.top(block));
        for (int id = ranking.begin(block); id < ranking.end(block); id++) {
          if (isKept(logits[id], id)) {
            double number = numbers.uniform(id);
            if (1 - number <= least * most) {
              double time = time(number, weight(logits[id]));
              if (time < least || time == least && id < winner) {
                least = time;
                winner = id;
              }
            }
          }
        }
      }
    }
    return winner;
  }

  private static double time(double number, double weight) {
    return -StrictMath.log(number) / weight;
  }

  private boolean isKept(float logit, int id) {
    return logit > floor || logit == floor && id <= lastId;
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
    int count = ranking.selected();
    double held = 0;
    for (int i = 0; i < count; i++) {
      float logit = Ranking.logit(ranking.key(i));
      if (!isKept(logit, Ranking.id(ranking.key(i)))) {
        count = i;
      } else {
        held += weight(logit);
      }
    }
    List<Sampler.Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
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
    float ofTopK = sampler.topK() == 0 ? Float.NEGATIVE_INFINITY : ranking.atRank(sampler.topK());
    // What has no probability, or none that a double could hold, is not kept.
    double least = Math.max(sampler.minP(), Double.MIN_VALUE);
    floor = Math.max(ofTopK, ranking.lowest(logit -> weight(logit) >= least));
    lastId = Integer.MAX_VALUE;
    if (sampler.topP() < 1) {
      cutTo(sampler.topP(), logits, Math.max(ofTopK, -Float.MAX_VALUE));
    }
  }

  /// Leaves the fewest that have a share of the probability of the logits from `from` on.
  private void cutTo(double share, float[] logits, float from) {
    double spread = Math.max(-distance(ranking.low()), Double.MIN_NORMAL);
    perUnit = Math.clamp(STEPS / spread, FEWEST_PER_UNIT, Double.MAX_VALUE);
    Arrays.fill(sums, 0);
    double held = weigh(logits, from);
    for (int step = 0; step < STEPS; step++) {
      held += sums[step];
      lastStep = sums[step] > 0 ? step : lastStep;
    }
    cutAt(share * held);
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
    floor = Ranking.logit(ranking.key(at));
    lastId = Ranking.id(ranking.key(at));
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
