package dev.minke.inference;

import dev.minke.tensor.RandomStream;
import java.util.List;

/// Draws a token from logits: divided by the temperature, cut to the `topK` best, then to the
/// fewest that hold `topP` of the probability, then to those that have `minP` of the best token's.
///
/// Order and edges are those of transformers: tokens that tie with the last of the `topK` stay, the
/// token that crosses `topP` stays, at least one always does. A token whose logit is -∞ is never
/// drawn. Probabilities and random numbers are the same on every machine, and so is a draw.
///
/// The draw is a race: each token that is left gets a random time, exponential with its probability
/// as the rate, and the first one wins. A token's random number is of the seed, the position and
/// the token alone. So of two distributions that are nearly alike the same token is drawn nearly
/// always, which one random number for all does not give: a draft by another model is worth
/// something then.
///
/// @param temperature 0 for the most probable token; seed and cuts then play no part
/// @param topK tokens kept, and those that tie with the last; 0 for all
/// @param topP share of the probability kept; 1 for all
/// @param minP least probability kept, as a share of the most probable token's; 0 for all
/// @param seed of the draws
public record Sampler(double temperature, int topK, double topP, double minP, long seed) {
  /// Always the most probable token; ties go to the lowest id.
  public static final Sampler GREEDY = new Sampler(0, 0, 1, 0);

  public Sampler {
    require(
        temperature >= 0 && Double.isFinite(temperature), "temperature", temperature, "0 or more");
    require(topK >= 0, "top-k", topK, "0 or more");
    require(topP > 0 && topP <= 1, "top-p", topP, "above 0, at most 1");
    require(minP >= 0 && minP <= 1, "min-p", minP, "0 to 1");
  }

  /// Without a least probability.
  public Sampler(double temperature, int topK, double topP, long seed) {
    this(temperature, topK, topP, 0, seed);
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
    return new Draw().candidates(this, logits);
  }

  /// Draws a token.
  ///
  /// @param logits `[vocab]`, finite or -∞
  /// @param position of the token to be, so that a draw does not depend on those before it
  public int sample(float[] logits, long position) {
    return new Draw().draw(this, logits, position);
  }

  /// The random numbers of a position, one for each token.
  RandomStream numbers(long position) {
    return new RandomStream(new RandomStream(seed, 0x5A).bits(position), 0);
  }
}
