package dev.minke.model;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.KvLayout;
import dev.minke.tensor.Tensor;
import java.util.List;
import java.util.Set;

/// A language model that predicts each token from those before it.
///
/// A model is immutable but for the masters of its parameters; one forward at a time may run on an
/// [Ops], several `Ops` may share a model while nobody trains it.
public interface CausalModel {
  /// Size of the vocabulary.
  int vocab();

  /// Longest sequence the position tables are made for.
  int maxLength();

  /// The output head `[vocab, dim]`.
  Parameter head();

  /// Final hidden states of whole sequences, ready for the head.
  ///
  /// @return `[tokens, dim]`
  Tensor hidden(Ops ops, TokenRows rows);

  /// Adds the terms of the training loss to `ops`: `tokens`, and where the model has them `mtp` and
  /// `balance`. Each has a number for each sequence, the same bits whatever lies beside it.
  ///
  /// @return log-probability of each target `[tokens]`; 0 where there is none
  Tensor loss(Ops ops, TrainingRows rows);

  /// Final hidden states of the newest positions of sequences whose older ones are in the cache;
  /// writes the newest ones to it.
  ///
  /// @return `[tokens, dim]`
  Tensor hidden(EagerOps ops, CachedRows rows, KvCache cache);

  /// How many modules predict the token after next: 0 or 1.
  int predictors();

  /// Hidden states of the predictor for the newest positions of sequences whose older ones have
  /// passed it too; writes the newest ones to its layer of the cache, which lies behind the
  /// model's.
  ///
  /// @param hidden what [#hidden(EagerOps, CachedRows, KvCache)] gave for these positions `[tokens,
  ///   dim]`; or, to look further ahead, what this gave for the positions before
  /// @param rows the positions, with the id of the token that *follows* each
  /// @return `[tokens, dim]`, ready for the head: row `t` is to predict the token at `t + 2`
  /// @throws IllegalStateException if the model has no predictor
  Tensor predicted(EagerOps ops, Tensor hidden, CachedRows rows, KvCache cache);

  /// Layers that have a cache, and what they hold of a token. Those of predictors do not count.
  CacheShape cacheShape();

  /// Names of the model's tensors in Hugging Face files, in one table.
  List<WeightName> weightNames();

  /// Names of the model's tensors in a GGUF file that has these names among others.
  List<WeightName> ggufNames(Set<String> present);

  /// Floating-point operations of a forward pass for one token, the attention over `context`
  /// earlier positions included.
  double forwardFlops(int context);

  /// @param layers layers with a cache
  /// @param latentDim numbers of a latent kept per position and layer; 0 for none
  /// @param otherDim numbers kept beside it
  record CacheShape(int layers, int latentDim, int otherDim) {
    /// The same with further layers.
    public CacheShape withMore(int further) {
      return new CacheShape(layers + further, latentDim, otherDim);
    }

    /// How a position of a layer lies in memory, and so what it takes.
    ///
    /// @throws IllegalArgumentException if there is no such format for this model
    public KvLayout layout(CacheFormat format) {
      return new KvLayout(format, latentDim, otherDim);
    }

    /// Bytes of a position in all layers.
    ///
    /// @throws IllegalArgumentException if there is no such format for this model
    public long bytes(CacheFormat format) {
      return (long) layers * layout(format).bytes();
    }
  }
}
