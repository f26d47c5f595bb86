package dev.minke.model.decoder;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Ops;
import dev.minke.autograd.Routing;
import dev.minke.kernel.KvRows;
import dev.minke.model.CachedRows;
import dev.minke.model.TokenRows;
import dev.minke.nn.ParameterSource;
import dev.minke.nn.RmsNorm;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One layer: `h = x + attention(norm(x))`, then `h + feedForward(norm(h))`.
///
/// @param index of the layer; the predictor's block has the index after the last layer
public record Block(
    int index,
    RmsNorm attentionNorm,
    Attention attention,
    RmsNorm feedForwardNorm,
    FeedForward feedForward) {

  static Block of(ParameterSource source, String name, DecoderConfig config, int index) {
    return new Block(
        index,
        RmsNorm.of(source, name + ".attentionNorm", config.dim(), config.normEpsilon()),
        Attention.of(source, name + ".attention", config),
        RmsNorm.of(source, name + ".feedForwardNorm", config.dim(), config.normEpsilon()),
        FeedForward.of(source, name + ".feedForward", config, index));
  }

  /// Name under which the observer sees this layer's results.
  private String name() {
    return "layers." + index;
  }

  /// The block in training, a segment of its own.
  ///
  /// @param x `[tokens, dim]`
  /// @param balance the balance loss to be added; null for none
  /// @return `[tokens, dim]`
  Tensor forward(Ops ops, Tensor x, TokenRows rows, @Nullable BalanceTerm balance) {
    BalanceTerm term = feedForward instanceof MixtureOfExperts ? balance : null;
    List<Shape> shapes = new ArrayList<>(List.of(x.shape()));
    if (term != null) {
      shapes.add(Shape.of(term.sequences().size()));
    }
    List<Tensor> results =
        ops.segment(
            x.dtype(),
            shapes,
            part -> {
              List<Tensor> found = new ArrayList<>();
              List<Routing> routings = new ArrayList<>();
              found.add(forward(part, x, rows, routings::add));
              if (term != null) {
                found.add(part.balanceLoss(routings.getFirst(), term.sequences()));
              }
              return found;
            });
    if (term != null) {
      ops.addLoss("balance", results.getLast(), term.share(), term.factor());
    }
    return results.getFirst();
  }

  private Tensor forward(Ops ops, Tensor x, TokenRows rows, Consumer<Routing> routings) {
    Tensor attended = attention.forward(ops, attentionNorm.forward(ops, x), rows, name());
    return finish(ops, x, attended, routings);
  }

  /// The same for the newest positions, older ones being in the cache.
  ///
  /// @param cache of this layer
  Tensor forward(EagerOps ops, Tensor x, CachedRows rows, KvRows cache) {
    Tensor attended = attention.forward(ops, attentionNorm.forward(ops, x), rows, cache);
    return finish(ops, x, attended, _ -> {});
  }

  private Tensor finish(Ops ops, Tensor x, Tensor attended, Consumer<Routing> routings) {
    ops.observer().hidden(name() + ".attention", attended);
    Tensor h = ops.add(x, attended);
    Tensor out =
        ops.add(h, feedForward.forward(ops, feedForwardNorm.forward(ops, h), index, routings));
    ops.observer().hidden(name() + ".output", out);
    return out;
  }
}
