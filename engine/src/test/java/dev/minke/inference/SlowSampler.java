package dev.minke.inference;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// What [Sampler] draws, found by sorting the whole vocabulary and by the exponentials of
/// StrictMath.
record SlowSampler(Sampler sampler) {
  /// The tokens that may be drawn, most probable first; ties by ascending id. Probabilities add up
  /// to 1.
  ///
  /// @param logits `[vocab]`, finite or -∞
  List<Sampler.Candidate> candidates(float[] logits) {
    double divisor = sampler.temperature() == 0 ? 1 : sampler.temperature();
    float highest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      highest = Math.max(highest, logit);
    }
    if (!Float.isFinite(highest)) {
      throw new IllegalArgumentException(
          "logits: expected finite numbers, found %s; the weights are damaged or too large"
              .formatted(highest));
    }
    float lowest = sampler.temperature() == 0 ? highest : lowestKept(logits);
    List<Sampler.Candidate> sorted = new ArrayList<>();
    for (int id = 0; id < logits.length; id++) {
      double weight = StrictMath.exp(((double) logits[id] - highest) / divisor);
      if (logits[id] >= lowest && weight > 0) {
        sorted.add(new Sampler.Candidate(id, weight));
      }
    }
    sorted.sort(
        Comparator.comparingDouble((Sampler.Candidate one) -> 0.0 - logits[one.id()])
            .thenComparingInt(Sampler.Candidate::id));
    int kept = sampler.temperature() == 0 ? 1 : sorted.size();
    double sum = 0;
    for (Sampler.Candidate candidate : sorted.subList(0, kept)) {
      sum += candidate.probability();
    }
    double limit = sampler.topP() * sum;
    double held = 0;
    int count = 0;
    while (count < kept && (count == 0 || held < limit || sampler.topP() == 1)) {
      held += sorted.get(count++).probability();
    }
    while (sorted.get(count - 1).probability() < sampler.minP()) {
      count--;
    }
    double total =
        sorted.subList(0, count).stream()
            .mapToDouble(Sampler.Candidate::probability)
            .reduce(0, Double::sum);
    return sorted.subList(0, count).stream()
        .map(candidate -> new Sampler.Candidate(candidate.id(), candidate.probability() / total))
        .toList();
  }

  /// The logit of the last token that `topK` keeps; those that tie with it stay too. Found without
  /// sorting a whole vocabulary.
  private float lowestKept(float[] logits) {
    if (sampler.topK() == 0 || sampler.topK() >= logits.length) {
      return Float.NEGATIVE_INFINITY;
    }
    PriorityQueue<Float> best = new PriorityQueue<>(sampler.topK() + 1);
    for (float logit : logits) {
      if (best.size() < sampler.topK() || logit > best.element()) {
        best.add(logit);
      }
      if (best.size() > sampler.topK()) {
        best.remove();
      }
    }
    return best.element();
  }

  /// Draws a token.
  ///
  /// @param logits `[vocab]`
  /// @param position of the token to be, so that a draw does not depend on those before it
  int sample(float[] logits, long position) {
    RandomStream numbers =
        new RandomStream(new RandomStream(sampler.seed(), 0x5A).bits(position), 0);
    return candidates(logits).stream()
        .min(
            Comparator.comparingDouble(
                one -> -StrictMath.log(numbers.uniform(one.id())) / one.probability()))
        .orElseThrow()
        .id();
  }
}
