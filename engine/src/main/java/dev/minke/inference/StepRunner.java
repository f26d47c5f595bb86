package dev.minke.inference;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Observer;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.model.CachedRows;
import dev.minke.model.CausalModel;
import dev.minke.model.KvCache;
import dev.minke.model.TokenRows;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Has the tokens of a plan pass the model. Belongs to the engine's thread.
final class StepRunner implements AutoCloseable {
  private final CausalModel model;
  private final Kernels kernels;
  private final Precision precision;
  private final KvCache cache;
  private final Workspace workspace = new Workspace();
  private final float[] logits;

  StepRunner(CausalModel model, Kernels kernels, Precision precision, KvCache cache) {
    this.model = model;
    this.kernels = kernels;
    this.precision = precision;
    this.cache = cache;
    logits = new float[model.vocab()];
  }

  /// Gets the logits of a part that draws.
  @FunctionalInterface
  interface Drawer {
    /// @param logits `[vocab]`, to be changed at will, the next part's on return
    void draw(StepPlan.Part part, float[] logits);
  }

  /// Runs a step. Sequences are told that tokens passed before anything is drawn.
  ///
  /// @return nanoseconds in the model
  long run(StepPlan plan, Drawer drawer) {
    Workspace.Mark mark = workspace.mark();
    try {
      long begin = System.nanoTime();
      EagerOps ops = new EagerOps(kernels, workspace, Observer.NONE, precision.arithmetic());
      Tensor hidden = model.hidden(ops, new CachedRows(rows(plan.parts()), plan.expanded()), cache);
      List<StepPlan.Part> drawing = new ArrayList<>();
      Tensor all = head(ops, hidden, plan, drawing);
      long nanos = System.nanoTime() - begin;
      embed(plan, hidden);
      for (StepPlan.Part part : plan.parts()) {
        part.sequence().passed(part.count());
      }
      for (int row = 0; row < drawing.size(); row++) {
        all.copyRow(row, logits);
        drawer.draw(drawing.get(row), logits);
      }
      return nanos;
    } finally {
      workspace.release(mark);
    }
  }

  private TokenRows rows(List<StepPlan.Part> parts) {
    int tokens = 0;
    for (StepPlan.Part part : parts) {
      tokens += part.count();
    }
    Tensor ids = workspace.allocate(DType.I32, Shape.of(tokens));
    Tensor positions = workspace.allocate(DType.I32, Shape.of(tokens));
    List<KvView.Sequence> sequences = new ArrayList<>(parts.size());
    int row = 0;
    for (StepPlan.Part part : parts) {
      ActiveSequence sequence = part.sequence();
      int first = sequence.computed();
      sequences.add(
          new KvView.Sequence(row, part.count(), first + part.count(), sequence.location()));
      for (int i = 0; i < part.count(); i++, row++) {
        ids.setInt(0, row, sequence.tokens()[first + i]);
        positions.setInt(0, row, first + i);
      }
    }
    return new TokenRows(ids, positions, sequences);
  }

  private static void embed(StepPlan plan, Tensor hidden) {
    int row = 0;
    for (StepPlan.Part part : plan.parts()) {
      if (part.sequence().purpose() instanceof Purpose.Embedding embedding) {
        float[] state = new float[hidden.shape().columns()];
        for (int i = 0; i < part.count(); i++) {
          hidden.copyRow(row + i, state);
          embedding.accept(state);
        }
      }
      row += part.count();
    }
  }

  /// Logits behind the last token of each part that draws; these are added to `drawing`.
  private Tensor head(EagerOps ops, Tensor hidden, StepPlan plan, List<StepPlan.Part> drawing) {
    int[] rows = new int[plan.parts().size()];
    int row = -1;
    for (StepPlan.Part part : plan.parts()) {
      row += part.count();
      if (part.draws()) {
        rows[drawing.size()] = row;
        drawing.add(part);
      }
    }
    return drawing.isEmpty()
        ? hidden
        : ops.matmul(ops.pickRows(hidden, Arrays.copyOf(rows, drawing.size())), model.head());
  }

  @Override
  public void close() {
    workspace.close();
  }
}
