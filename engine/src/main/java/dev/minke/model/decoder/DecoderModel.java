package dev.minke.model.decoder;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.model.CachedRows;
import dev.minke.model.CausalModel;
import dev.minke.model.KvCache;
import dev.minke.model.TokenRows;
import dev.minke.model.TrainingRows;
import dev.minke.model.WeightName;
import dev.minke.nn.Embedding;
import dev.minke.nn.Linear;
import dev.minke.nn.ParameterSource;
import dev.minke.nn.RmsNorm;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A decoder-only transformer: embedding, blocks, norm, head, and the predictor of the token after
/// next where it has one.
///
/// @param config sizes and rules
/// @param embedding of tokens
/// @param blocks in order
/// @param norm before the head
/// @param output the head, `[vocab, dim]`; its weight may be the embedding's table
/// @param predictor null where the model has none
public record DecoderModel(
    DecoderConfig config,
    Embedding embedding,
    List<Block> blocks,
    RmsNorm norm,
    Linear output,
    @Nullable MultiTokenPredictor predictor)
    implements CausalModel {

  public DecoderModel {
    blocks = List.copyOf(blocks);
  }

  /// Builds a model whose parameters come from `source`.
  public static DecoderModel of(ParameterSource source, DecoderConfig config) {
    Embedding embedding = Embedding.of(source, "embedding", config.vocab(), config.dim());
    List<Block> blocks = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(Block.of(source, "layers." + layer, config, layer));
    }
    return new DecoderModel(
        config,
        embedding,
        blocks,
        RmsNorm.of(source, "norm", config.dim(), config.normEpsilon()),
        config.tiedHead()
            ? new Linear(embedding.table(), null)
            : Linear.of(source, "head", config.dim(), config.vocab()),
        config.predictors() == 0 ? null : MultiTokenPredictor.of(source, "predictor", config));
  }

  @Override
  public int vocab() {
    return config.vocab();
  }

  @Override
  public int maxLength() {
    return config.positions().maxLength();
  }

  @Override
  public Parameter head() {
    return output.weight();
  }

  @Override
  public Tensor hidden(Ops ops, TokenRows rows) {
    return hidden(ops, rows, null);
  }

  private Tensor hidden(Ops ops, TokenRows rows, @Nullable BalanceTerm balance) {
    Tensor h = embedding.forward(ops, rows.ids());
    ops.observer().hidden("embedding", h);
    for (Block block : blocks) {
      h = block.forward(ops, h, rows, balance);
    }
    Tensor normed = norm.forward(ops, h);
    ops.observer().hidden("norm", normed);
    return normed;
  }

  @Override
  public Tensor hidden(EagerOps ops, CachedRows rows, KvCache cache) {
    Tensor h = embedding.forward(ops, rows.tokens().ids());
    for (Block block : blocks) {
      KvRows layer = cache.layers().get(block.index());
      ops.replace(h, x -> block.forward(ops, x, rows, layer));
    }
    return norm.forward(ops, h);
  }

  /// Hidden states of the predictor: row `t` is to predict the token at `t + 2`. The last row of a
  /// sequence, whose next token is unknown, means nothing.
  ///
  /// @param hidden what [#hidden(Ops, TokenRows)] gave
  /// @return `[tokens, dim]`, ready for the head
  /// @throws IllegalStateException if the model has no predictor
  public Tensor predicted(Ops ops, Tensor hidden, TokenRows rows) {
    return predicted(ops, hidden, rows, null);
  }

  private Tensor predicted(Ops ops, Tensor hidden, TokenRows rows, @Nullable BalanceTerm balance) {
    Tensor next = TrainingRows.shifted(ops.workspace(), rows, rows.ids(), 0);
    return requirePredictor().forward(ops, hidden, embedding.forward(ops, next), rows, balance);
  }

  private MultiTokenPredictor requirePredictor() {
    if (predictor == null) {
      throw new IllegalStateException("model: it has no module for multi-token prediction");
    }
    return predictor;
  }

  @Override
  public int predictors() {
    return config.predictors();
  }

  @Override
  public Tensor predicted(EagerOps ops, Tensor hidden, CachedRows rows, KvCache cache) {
    MultiTokenPredictor module = requirePredictor();
    KvRows layer = cache.layers().get(module.block().index());
    Tensor next = embedding.forward(ops, rows.tokens().ids());
    return module.forward(ops, hidden, next, rows, layer);
  }

  @Override
  public Tensor loss(Ops ops, TrainingRows batch) {
    List<KvView.Sequence> sequences = batch.rows().sequences();
    Tensor hidden = hidden(ops, batch.rows(), BalanceTerm.of(batch, sequences));
    Tensor logProbs = ops.headLogProbs(hidden, head(), batch.targets());
    Tensor sums = ops.sequenceSums(logProbs, batch.weights(), sequences);
    ops.addLoss("tokens", sums, -1.0 / batch.counts().targets(), 1);
    if (predictor != null && batch.factors().prediction() != 0) {
      predictionLoss(ops, hidden, batch);
    }
    return logProbs;
  }

  private void predictionLoss(Ops ops, Tensor hidden, TrainingRows batch) {
    BalanceTerm balance = BalanceTerm.of(batch, batch.rows().withoutLast());
    Tensor predicted = predicted(ops, hidden, batch.rows(), balance);
    Tensor targets = TrainingRows.shifted(ops.workspace(), batch.rows(), batch.targets(), -1);
    Tensor logProbs = ops.headLogProbs(predicted, head(), targets);
    Tensor sums = ops.sequenceSums(logProbs, batch.predictionWeights(), batch.rows().sequences());
    double share = -1.0 / batch.counts().afterNext();
    ops.addLoss("mtp", sums, share, batch.factors().prediction());
  }

  @Override
  public CacheShape cacheShape() {
    return new DecoderSize(config).cacheShape();
  }

  @Override
  public List<WeightName> weightNames() {
    return new HuggingFaceNames(this).all();
  }

  @Override
  public List<WeightName> ggufNames(Set<String> present) {
    return new GgufNames(this, present).all();
  }

  @Override
  public double forwardFlops(int context) {
    return new DecoderSize(config).forwardFlops(context);
  }

  /// Floating-point operations of the predictor for one token, its head included; 0 without one.
  public double predictorFlops(int context) {
    return new DecoderSize(config).predictorFlops(context);
  }
}
