package dev.minke.model.deepseek;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Ops;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Rotation;
import dev.minke.model.AttentionForm;
import dev.minke.model.TokenRows;
import dev.minke.nn.Linear;
import dev.minke.nn.ParameterSource;
import dev.minke.tensor.Tensor;

/// Grouped-query attention (arXiv:2305.13245): several query heads read one head of keys and
/// values; with as many of either it is multi-head attention. What latent attention is held
/// against, in loss and in the size of the cache.
///
/// @param query `[heads · headDim, dim]`
/// @param keyValue `[keyHeads · 2 · headDim, dim]`: for each head the rows of its key, then those
///   of its value, so that a product is already what a cache holds
/// @param output `[dim, heads · headDim]`
/// @param sizes of the heads
/// @param rotation of positions
/// @param scale factor on scores
public record GroupedQueryAttention(
    Linear query,
    Linear keyValue,
    Linear output,
    DeepSeekConfig.Grouped sizes,
    Rotation rotation,
    float scale)
    implements Attention {

  static GroupedQueryAttention of(
      ParameterSource source, String name, DeepSeekConfig config, DeepSeekConfig.Grouped sizes) {
    int dim = config.dim();
    int width = sizes.heads() * sizes.headDim();
    return new GroupedQueryAttention(
        Linear.of(source, name + ".query", dim, width),
        Linear.of(source, name + ".keyValue", dim, sizes.cacheWidth()),
        Linear.of(source, name + ".output", width, dim),
        sizes,
        config.rotation(),
        config.attentionScale());
  }

  @Override
  public Tensor forward(Ops ops, Tensor x, TokenRows rows, String name) {
    return attend(ops, queries(ops, x, rows), keyValues(ops, x, rows), rows);
  }

  @Override
  public Tensor forward(EagerOps ops, Tensor x, TokenRows rows, Tensor cache, AttentionForm form) {
    ops.append(keyValues(ops, x, rows), cache, rows.sequences());
    return attend(ops, queries(ops, x, rows), cache, rows);
  }

  private Tensor queries(Ops ops, Tensor x, TokenRows rows) {
    Tensor heads = query.forward(ops, x).reshape(rows.tokens(), sizes.heads(), sizes.headDim());
    ops.rotate(heads, rows.positions(), rotation);
    return heads;
  }

  /// `[tokens, keyHeads · 2 · headDim]`, keys with their positions.
  private Tensor keyValues(Ops ops, Tensor x, TokenRows rows) {
    Tensor both = keyValue.forward(ops, x);
    ops.rotate(heads(both).columns(0, sizes.headDim()), rows.positions(), rotation);
    return both;
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
