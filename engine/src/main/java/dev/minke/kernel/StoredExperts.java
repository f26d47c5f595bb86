package dev.minke.kernel;

import dev.minke.tensor.StoredWeight;

/// The experts of a layer where they are stored.
///
/// @param gateUp `[experts, 2 · hidden, dim]`: gate rows, then up rows of each expert
/// @param down `[experts, dim, hidden]`
public record StoredExperts(StoredWeight gateUp, StoredWeight down) {
  public StoredExperts {
    if (gateUp.turned() || down.turned() || gateUp.groups().size() != down.groups().size()) {
      throw new IllegalArgumentException(
          "experts: expected as many gates as downs, row by row, found %s and %s"
              .formatted(gateUp.shape(), down.shape()));
    }
  }

  /// How many.
  public int count() {
    return gateUp.groups().size();
  }
}
