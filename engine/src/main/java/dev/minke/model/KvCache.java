package dev.minke.model;

import dev.minke.tensor.Tensor;
import java.util.List;

/// What a model keeps of the tokens it has seen: for each layer one row per position, in pages of
/// [dev.minke.kernel.KvView#TILE] rows.
///
/// The rows' meaning is the model's: for latent attention the normalised latent and the rotated
/// shared key. Whoever made the tensors owns them and says which page belongs to which sequence.
///
/// @param layers `[rows, width]` for each layer
public record KvCache(List<Tensor> layers) {
  public KvCache {
    layers = List.copyOf(layers);
  }
}
