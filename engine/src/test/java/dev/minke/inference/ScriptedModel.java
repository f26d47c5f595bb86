package dev.minke.inference;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.model.CachedRows;
import dev.minke.model.CausalModel;
import dev.minke.model.KvCache;
import dev.minke.model.TokenRows;
import dev.minke.model.TrainingRows;
import dev.minke.model.WeightName;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Set;

/// A model whose logits are numbers that follow from a token and its position alone, with a
/// predictor that is always right or always wrong.
final class ScriptedModel implements CausalModel, AutoCloseable {
  private static final int VOCAB = 50;
  private static final int SPREAD = 20;

  private final Arena arena = Arena.ofShared();
  private final Parameter head;
  private final float sign;

  /// @param isRight whether the predictor's logits are the model's at the next position, or their
  ///   negatives
  ScriptedModel(boolean isRight) {
    sign = isRight ? 1 : -1;
    float[] unit = new float[VOCAB * VOCAB];
    for (int id = 0; id < VOCAB; id++) {
      unit[id * (VOCAB + 1)] = 1;
    }
    head = new Parameter("head", Tensor.of(arena, Shape.of(VOCAB, VOCAB), unit));
  }

  @Override
  public int vocab() {
    return VOCAB;
  }

  @Override
  public int maxLength() {
    return 1024;
  }

  @Override
  public Parameter head() {
    return head;
  }

  @Override
  public Tensor hidden(EagerOps ops, CachedRows rows, KvCache cache) {
    return behind(ops, rows.tokens(), 0, 1);
  }

  @Override
  public int predictors() {
    return 1;
  }

  @Override
  public Tensor predicted(EagerOps ops, Tensor hidden, CachedRows rows, KvCache cache) {
    if (hidden.size(0) != rows.tokens().tokens() || cache.layers().size() != 2) {
      throw new IllegalStateException("a hidden state for each row, a layer for the predictor");
    }
    return behind(ops, rows.tokens(), 1, sign);
  }

  private static Tensor behind(EagerOps ops, TokenRows rows, int further, float sign) {
    Tensor out = ops.workspace().allocate(rows.tokens(), VOCAB);
    for (int row = 0; row < rows.tokens(); row++) {
      int position = rows.positions().getInt(0, row) + further;
      RandomStream random = new RandomStream(rows.ids().getInt(0, row), position);
      for (int id = 0; id < VOCAB; id++) {
        out.set(row, id, sign * SPREAD * (float) (random.uniform(id) - 0.5));
      }
    }
    return out;
  }

  @Override
  public CacheShape cacheShape() {
    return new CacheShape(1, 0, 2);
  }

  @Override
  public Tensor hidden(Ops ops, TokenRows rows) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Tensor loss(Ops ops, TrainingRows rows) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<WeightName> weightNames() {
    return List.of();
  }

  @Override
  public List<WeightName> ggufNames(Set<String> present) {
    return List.of();
  }

  @Override
  public double forwardFlops(int context) {
    return 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}
