package dev.minke.model.decoder;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.kernel.GatheredTiles;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Rotation;
import dev.minke.model.CachedRows;
import dev.minke.model.TokenRows;
import dev.minke.nn.Linear;
import dev.minke.nn.ParameterSource;
import dev.minke.nn.RmsNorm;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Multi-head latent attention (DeepSeek-V2 §2.1): keys and values of all heads are rebuilt from
/// one latent of `latentDim` numbers; position enters through `ropeDim` further numbers shared by
/// all heads. Only these are cached.
///
/// @param queryDown `[queryRank, dim]`; null without query compression
/// @param queryNorm of the compressed query; null without query compression
/// @param queryUp `[heads · keyDim, queryRank or dim]`
/// @param latentDown `[latentDim + ropeDim, dim]`
/// @param latentNorm of the latent
/// @param keyUp `[heads, nopeDim, latentDim]`
/// @param valueUp `[heads, valueDim, latentDim]`
/// @param output `[dim, heads · valueDim]`
/// @param sizes of the heads
/// @param rotation of positions
/// @param scale factor on scores
public record LatentAttention(
    @Nullable Linear queryDown,
    @Nullable RmsNorm queryNorm,
    Linear queryUp,
    Linear latentDown,
    RmsNorm latentNorm,
    Parameter keyUp,
    Parameter valueUp,
    Linear output,
    DecoderConfig.Latent sizes,
    Rotation rotation,
    float scale)
    implements Attention {

  static LatentAttention of(
      ParameterSource source, String name, DecoderConfig config, DecoderConfig.Latent sizes) {
    int dim = config.dim();
    int rank = sizes.queryRank();
    float epsilon = config.normEpsilon();
    return new LatentAttention(
        rank == 0 ? null : Linear.of(source, name + ".queryDown", dim, rank),
        rank == 0 ? null : RmsNorm.of(source, name + ".queryNorm", rank, epsilon),
        Linear.of(
            source, name + ".queryUp", rank == 0 ? dim : rank, sizes.heads() * sizes.keyDim()),
        Linear.of(source, name + ".latentDown", dim, sizes.latentDim() + sizes.ropeDim()),
        RmsNorm.of(source, name + ".latentNorm", sizes.latentDim(), epsilon),
        source.weight(name + ".keyUp", Shape.of(sizes.heads(), sizes.nopeDim(), sizes.latentDim())),
        source.weight(
            name + ".valueUp", Shape.of(sizes.heads(), sizes.valueDim(), sizes.latentDim())),
        Linear.of(source, name + ".output", sizes.heads() * sizes.valueDim(), dim),
        sizes,
        config.rotation(),
        config.attentionScale());
  }

  /// What is cached of a token.
  ///
  /// @param content the normalised latent `[tokens, latentDim]`
  /// @param key the rotated shared key `[tokens, ropeDim]`
  private record Latent(Tensor content, Tensor key) {}

  @Override
  public Tensor forward(Ops ops, Tensor x, TokenRows rows, String name) {
    Tensor query = query(ops, x, rows);
    Latent latent = latent(ops, x, rows);
    ops.observer().hidden(name + ".latent", latent.content);
    ops.observer().hidden(name + ".ropeKey", latent.key);
    return project(ops, expanded(ops, query, latent, rows.sequences()));
  }

  @Override
  public Tensor forward(EagerOps ops, Tensor x, CachedRows rows, KvRows cache) {
    Tensor query = query(ops, x, rows.tokens());
    Latent latent = latent(ops, x, rows.tokens());
    ops.append(ops.concat(latent.content, latent.key), cache, rows.tokens().sequences());
    return project(ops, attend(ops, query, cache, rows));
  }

  private Tensor attend(EagerOps ops, Tensor query, KvRows cache, CachedRows rows) {
    int all = rows.tokens().tokens();
    int first = rows.expandedTokens();
    if (first == all) {
      return expandedFrom(ops, query, cache, rows.expandedSequences());
    }
    if (first == 0) {
      return absorbed(ops, query, cache, rows.absorbedSequences());
    }
    return ops.joinRows(
        expandedFrom(ops, query.rows(0, first), cache, rows.expandedSequences()),
        absorbed(ops, query.rows(first, all), cache, rows.absorbedSequences()));
  }

  /// Queries with their positions `[tokens, heads, keyDim]`.
  private Tensor query(Ops ops, Tensor x, TokenRows rows) {
    Tensor from =
        queryDown == null || queryNorm == null
            ? x
            : queryNorm.forward(ops, queryDown.forward(ops, x));
    Tensor query = queryUp.forward(ops, from).reshape(rows.tokens(), sizes.heads(), sizes.keyDim());
    ops.rotate(query.columns(sizes.nopeDim(), sizes.keyDim()), rows.positions(), rotation);
    return query;
  }

  private Latent latent(Ops ops, Tensor x, TokenRows rows) {
    Tensor down = latentDown.forward(ops, x);
    Tensor content = latentNorm.forward(ops, down.columns(0, sizes.latentDim()));
    Tensor key = down.columns(sizes.latentDim(), sizes.latentDim() + sizes.ropeDim());
    ops.rotate(key, rows.positions(), rotation);
    return new Latent(content, key);
  }

  /// Rebuilds keys and values of every head and attends to them: `[tokens, heads, valueDim]`.
  private Tensor expanded(Ops ops, Tensor query, Latent latent, List<KvView.Sequence> sequences) {
    int rows = latent.content.size(0);
    Tensor own = ops.matmul(latent.content, keyUp).reshape(rows, sizes.heads(), sizes.nopeDim());
    Tensor keys = ops.joinKeys(own, latent.key);
    Tensor values =
        ops.matmul(latent.content, valueUp).reshape(rows, sizes.heads(), sizes.valueDim());
    return ops.attention(query, new KvView(keys, values, sequences), scale);
  }

  private Tensor expandedFrom(
      EagerOps ops, Tensor query, KvRows cache, List<KvView.Sequence> sequences) {
    GatheredTiles tiles = GatheredTiles.of(sequences);
    Tensor all = ops.gather(cache, tiles);
    int latentDim = sizes.latentDim();
    Latent latent =
        new Latent(all.columns(0, latentDim), all.columns(latentDim, latentDim + sizes.ropeDim()));
    return expanded(ops, query, latent, tiles.sequences());
  }

  /// Attends to the cached latents themselves, as one key head that all query heads share
  /// (DeepSeek-V2 §2.1.2): the key up-projection is applied to the query, the value up-projection
  /// to the result.
  private Tensor absorbed(
      EagerOps ops, Tensor query, KvRows cache, List<KvView.Sequence> sequences) {
    int tokens = query.size(0);
    int heads = sizes.heads();
    int width = sizes.latentDim() + sizes.ropeDim();
    Tensor content = ops.headMatmul(query.columns(0, sizes.nopeDim()), keyUp, Orientation.BACKWARD);
    Tensor position = query.columns(sizes.nopeDim(), sizes.keyDim());
    Tensor latentQuery =
        ops.concat(
                content.reshape(tokens * heads, sizes.latentDim()),
                position.reshape(tokens * heads, sizes.ropeDim()))
            .reshape(tokens, heads, width);
    KvView view = KvView.ofLatents(cache, sequences);
    return ops.headMatmul(ops.attention(latentQuery, view, scale), valueUp, Orientation.FORWARD);
  }

  private Tensor project(Ops ops, Tensor heads) {
    return output.forward(ops, heads.reshape(heads.size(0), sizes.heads() * sizes.valueDim()));
  }
}
