package dev.minke.model;

import dev.minke.kernel.KvRows;
import java.util.List;

/// What a model keeps of the tokens it has seen: for each layer one row per position, in pages of
/// [dev.minke.kernel.KvView#TILE] rows.
///
/// The rows' meaning is the model's: for latent attention the normalised latent and the rotated
/// shared key. Whoever made the tensors owns them and says which page belongs to which sequence.
///
/// @param layers as many rows for each layer
public record KvCache(List<KvRows> layers) {
  public KvCache {
    layers = List.copyOf(layers);
  }
}
