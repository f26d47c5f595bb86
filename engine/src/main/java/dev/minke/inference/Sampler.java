package dev.minke.inference;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Draws a token from logits: divided by the temperature, cut to the `topK` best, then to the
/// fewest that hold `topP` of the probability.
///
/// Order and edges are those of transformers: tokens that tie with the last of the `topK` stay, the
/// token that crosses `topP` stays, at least one always does. Probabilities are computed in double
/// by StrictMath, so a draw is the same on every machine.
///
/// @param temperature 0 for the most probable token; seed and cuts then play no part
/// @param topK tokens kept, and those that tie with the last; 0 for all
/// @param topP share of the probability kept; 1 for all
/// @param seed of the draws
public record Sampler(double temperature, int topK, double topP, long seed) {
  /// Always the most probable token; ties go to the lowest id.
  public static final Sampler GREEDY = new Sampler(0, 0, 1, 0);

  public Sampler {
    require(
        temperature >= 0 && Double.isFinite(temperature), "temperature", temperature, "0 or more");
    require(topK >= 0, "top-k", topK, "0 or more");
    require(topP > 0 && topP <= 1, "top-p", topP, "above 0, at most 1");
  }

  private static void require(boolean holds, String name, Number found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s: expected %s, found %s".formatted(name, expected, found));
    }
  }

  /// A token that may be drawn.
  public record Candidate(int id, double probability) {}

  /// The tokens that may be drawn, most probable first; ties by ascending id. Probabilities add up
  /// to 1.
  ///
  /// @param logits `[vocab]`, finite or -∞
  public List<Candidate> candidates(float[] logits) {
    double divisor = temperature == 0 ? 1 : temperature;
    float highest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      highest = Math.max(highest, logit);
    }
    if (!Float.isFinite(highest)) {
      throw new IllegalArgumentException(
          "logits: expected finite numbers, found %s; the weights are damaged or too large"
              .formatted(highest));
    }
    float lowest = temperature == 0 ? highest : lowestKept(logits);
    List<Candidate> sorted = new ArrayList<>();
    for (int id = 0; id < logits.length; id++) {
      if (logits[id] >= lowest) {
        double weight = StrictMath.exp(((double) logits[id] - highest) / divisor);
        sorted.add(new Candidate(id, weight));
      }
    }
    sorted.sort(
        Comparator.comparingDouble((Candidate one) -> 0.0 - logits[one.id])
            .thenComparingInt(Candidate::id));
    int kept = temperature == 0 ? 1 : sorted.size();
    double sum = 0;
    for (Candidate candidate : sorted.subList(0, kept)) {
      sum += candidate.probability;
    }
    double limit = topP * sum;
    double held = 0;
    int count = 0;
    while (count < kept && (count == 0 || held < limit || topP == 1)) {
      held += sorted.get(count++).probability;
    }
    double total = held;
    return sorted.subList(0, count).stream()
        .map(candidate -> new Candidate(candidate.id, candidate.probability / total))
        .toList();
  }

  /// The logit of the last token that `topK` keeps; those that tie with it stay too. Found without
  /// sorting a whole vocabulary.
  private float lowestKept(float[] logits) {
    if (topK == 0 || topK >= logits.length) {
      return Float.NEGATIVE_INFINITY;
    }
    PriorityQueue<Float> best = new PriorityQueue<>(topK + 1);
    for (float logit : logits) {
      if (best.size() < topK || logit > best.element()) {
        best.add(logit);
      }
      if (best.size() > topK) {
        best.remove();
      }
    }
    return best.element();
  }

  /// Draws a token.
  ///
  /// @param logits `[vocab]`
  /// @param position of the token to be, so that a draw does not depend on those before it
  public int sample(float[] logits, long position) {
    List<Candidate> candidates = candidates(logits);
    double left = new RandomStream(seed, 0x5A).uniform(position);
    for (Candidate candidate : candidates) {
      left -= candidate.probability;
      if (left < 0) {
        return candidate.id;
      }
    }
    return candidates.getLast().id;
  }
}
