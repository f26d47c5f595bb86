package dev.minke.model.decoder;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Ops;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Rotation;
import dev.minke.model.CachedRows;
import dev.minke.model.TokenRows;
import dev.minke.nn.Linear;
import dev.minke.nn.ParameterSource;
import dev.minke.nn.RmsNorm;
import dev.minke.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Grouped-query attention (arXiv:2305.13245): several query heads read one head of keys and
/// values; with as many of either it is multi-head attention. What Llama, Qwen and DeepSeek's first
/// models have, and what latent attention is held against.
///
/// Pairs that turn together lie side by side in a head. In most files they lie half a head apart:
/// rows of weights, and elements of biases and norms, are put in order when they are read, which
/// changes no score.
///
/// @param query `[heads · headDim, dim]`
/// @param keyValue `[keyHeads · 2 · headDim, dim]`: for each head the rows of its key, then those
///   of its value, so that a product is already what a cache holds
/// @param output `[dim, heads · headDim]`
/// @param queryNorm of each query head, Qwen3's; null for none
/// @param keyNorm of each key head; null for none
/// @param sizes of the heads
/// @param rotation of positions
/// @param scale factor on scores
public record GroupedQueryAttention(
    Linear query,
    Linear keyValue,
    Linear output,
    @Nullable RmsNorm queryNorm,
    @Nullable RmsNorm keyNorm,
    DecoderConfig.Grouped sizes,
    Rotation rotation,
    float scale)
    implements Attention {

  static GroupedQueryAttention of(
      ParameterSource source, String name, DecoderConfig config, DecoderConfig.Grouped sizes) {
    int dim = config.dim();
    int width = sizes.heads() * sizes.headDim();
    boolean norms = config.architecture().headNorms();
    return new GroupedQueryAttention(
        projection(source, name + ".query", config, width),
        projection(source, name + ".keyValue", config, sizes.cacheWidth()),
        Linear.of(source, name + ".output", width, dim),
        norms ? headNorm(source, name + ".queryNorm", config, sizes) : null,
        norms ? headNorm(source, name + ".keyNorm", config, sizes) : null,
        sizes,
        config.rotation(),
        config.attentionScale());
  }

  private static Linear projection(
      ParameterSource source, String name, DecoderConfig config, int width) {
    return config.architecture().biased()
        ? Linear.biased(source, name, config.dim(), width)
        : Linear.of(source, name, config.dim(), width);
  }

  private static RmsNorm headNorm(
      ParameterSource source, String name, DecoderConfig config, DecoderConfig.Grouped sizes) {
    return RmsNorm.of(source, name, sizes.headDim(), config.normEpsilon());
  }

  @Override
  public Tensor forward(Ops ops, Tensor x, TokenRows rows, String name) {
    return attend(ops, queries(ops, x, rows), keyValues(ops, x, rows), rows);
  }

  @Override
  public Tensor forward(EagerOps ops, Tensor x, CachedRows cached, KvRows cache) {
    TokenRows rows = cached.tokens();
    ops.append(keyValues(ops, x, rows), cache, rows.sequences());
    return attend(ops, queries(ops, x, rows), cache.numbers(), rows);
  }

  private Tensor queries(Ops ops, Tensor x, TokenRows rows) {
    Tensor projected = query.forward(ops, x).reshape(rows.tokens(), sizes.heads(), sizes.headDim());
    Tensor heads = queryNorm == null ? projected : queryNorm.forward(ops, projected);
    ops.rotate(heads, rows.positions(), rotation);
    return heads;
  }

  /// `[tokens, keyHeads · 2 · headDim]`, keys with their positions.
  private Tensor keyValues(Ops ops, Tensor x, TokenRows rows) {
    Tensor projected = keyValue.forward(ops, x);
    Tensor both = keyNorm == null ? projected : withNormedKeys(ops, keyNorm, projected);
    ops.rotate(heads(both).columns(0, sizes.headDim()), rows.positions(), rotation);
    return both;
  }

  private Tensor withNormedKeys(Ops ops, RmsNorm norm, Tensor both) {
    int width = sizes.headDim();
    Tensor heads = both.reshape(both.size(0) * sizes.keyHeads(), 2 * width);
    Tensor keys = norm.forward(ops, heads.columns(0, width));
    return ops.concat(keys, heads.columns(width, 2 * width))
        .reshape(both.size(0), 2 * width * sizes.keyHeads());
  }

  private Tensor attend(Ops ops, Tensor queries, Tensor keyValues, TokenRows rows) {
    Tensor heads = heads(keyValues);
    int width = sizes.headDim();
    KvView view =
        new KvView(heads.columns(0, width), heads.columns(width, 2 * width), rows.sequences());
    Tensor seen = ops.attention(queries, view, scale);
    return output.forward(ops, seen.reshape(seen.size(0), sizes.heads() * width));
  }

  private Tensor heads(Tensor keyValues) {
    return keyValues.reshape(keyValues.size(0), sizes.keyHeads(), 2 * sizes.headDim());
  }
}
