package dev.minke.checkpoint;

import dev.minke.autograd.Parameter;
import dev.minke.model.decoder.MixtureOfExperts;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What of a model is in memory at a time.
///
/// @param readAtOnce bytes that are read before the first token
/// @param slots experts that stay in memory at a time, of all layers together; 0 if all of the
///   model is read at once
/// @param experts of all layers
public record Residency(long readAtOnce, int slots, int experts) {
  /// Whether all weights are in memory.
  public boolean isWhole() {
    return slots == 0;
  }

  /// @param weights of the model
  /// @param layers with experts, in order
  /// @param cached the experts among the weights
  /// @param memory bytes for weights
  static Residency of(
      Path path,
      Collection<Parameter> weights,
      List<MixtureOfExperts> layers,
      Set<Parameter> cached,
      long memory) {
    long all = weights.stream().mapToLong(Parameter::storedBytes).sum();
    if (all <= memory) {
      return new Residency(all, 0, 0);
    }
    long always = all - cached.stream().mapToLong(Parameter::storedBytes).sum();
    int experts = layers.stream().mapToInt(Residency::count).sum();
    int ofLayer = layers.isEmpty() ? 0 : count(layers.getFirst());
    long expert =
        layers.stream()
            .mapToLong(
                layer -> (layer.gateUp().storedBytes() + layer.down().storedBytes()) / count(layer))
            .max()
            .orElse(0);
    long least = always + ofLayer * expert;
    if (memory < least) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: expected memory for %s, %.2f GB, found %.2f GB; free some, take a smaller"
                  + " quantisation, or insist by --memory",
              path,
              layers.isEmpty()
                  ? "its weights"
                  : "the weights of every token and the experts of a layer",
              least / 1e9,
              memory / 1e9));
    }
    int slots = (int) Math.min(experts, (memory - always) / expert);
    return new Residency(always, slots, experts);
  }

  private static int count(MixtureOfExperts layer) {
    return layer.gateUp().shape().size(0);
  }
}
