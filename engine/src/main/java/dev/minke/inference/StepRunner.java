package dev.minke.inference;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Observer;
import dev.minke.kernel.Kernels;
import dev.minke.model.CausalModel;
import dev.minke.model.KvCache;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Has the tokens of a plan pass the model. Belongs to the engine's thread.
final class StepRunner implements AutoCloseable {
  private final CausalModel model;
  private final Kernels kernels;
  private final Precision precision;
  private final KvCache cache;
  private final @Nullable Drafter drafter;
  private final Workspace workspace = new Workspace();
  private final float[] logits;

  /// @param cache of the model's layers, and with drafts of its predictor's
  /// @param drafts tokens that the predictor guesses of each answer; 0 for none
  StepRunner(CausalModel model, Kernels kernels, Precision precision, KvCache cache, int drafts) {
    this.model = model;
    this.kernels = kernels;
    this.precision = precision;
    this.cache = cache;
    drafter = drafts == 0 ? null : new Drafter(model, precision, cache, drafts);
    logits = new float[model.vocab()];
  }

  /// Hears what passed, and draws what follows.
  interface Drawer {
    /// Tokens of a sequence have passed.
    void passed(ActiveSequence sequence);

    /// Draws the next token of a sequence, whose tokens so far have passed.
    ///
    /// @param logits `[vocab]`, to be changed at will, the next one's on return
    /// @return whether that token has passed, too, as a draft: then the next one is drawn as well
    boolean draw(ActiveSequence sequence, float[] logits);

    /// Whether a sequence has not ended.
    boolean goesOn(ActiveSequence sequence);
  }

  /// Runs a step. Sequences are told that tokens passed before anything is drawn.
  ///
  /// @return nanoseconds in the model
  long run(StepPlan plan, Drawer drawer) {
    Workspace.Mark mark = workspace.mark();
    try {
      long begin = System.nanoTime();
      EagerOps ops = new EagerOps(kernels, workspace, Observer.NONE, precision.arithmetic());
      Tensor hidden = model.hidden(ops, plan.rows(workspace, 0), cache);
      List<StepPlan.Part> drawing = new ArrayList<>();
      Tensor all = head(ops, hidden, plan, drawing);
      long nanos = System.nanoTime() - begin;
      embed(plan, hidden);
      for (StepPlan.Part part : plan.parts()) {
        part.sequence().passed(part.own());
        part.sequence().judged(part.drafts());
        drawer.passed(part.sequence());
      }
      draw(drawing, all, drawer);
      begin = System.nanoTime();
      if (drafter != null) {
        drafter.follow(ops, plan, hidden, drawer::goesOn);
      }
      return nanos + System.nanoTime() - begin;
    } finally {
      workspace.release(mark);
    }
  }

  /// @param all `[1 + drafts of each part that draws, vocab]`
  private void draw(List<StepPlan.Part> drawing, Tensor all, Drawer drawer) {
    int first = 0;
    for (StepPlan.Part part : drawing) {
      int row = first;
      do {
        all.copyRow(row++, logits);
      } while (drawer.draw(part.sequence(), logits));
      first += 1 + part.drafts();
    }
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

  /// Logits behind the last token of each part that draws, and behind each of its drafts; these
  /// parts are added to `drawing`.
  private Tensor head(EagerOps ops, Tensor hidden, StepPlan plan, List<StepPlan.Part> drawing) {
    int[] rows = new int[plan.parts().size() + plan.drafts()];
    int count = 0;
    int end = 0;
    for (StepPlan.Part part : plan.parts()) {
      end += part.count();
      if (part.draws()) {
        drawing.add(part);
        for (int row = end - part.drafts() - 1; row < end; row++) {
          rows[count++] = row;
        }
      }
    }
    return drawing.isEmpty()
        ? hidden
        : ops.matmul(ops.pickRows(hidden, Arrays.copyOf(rows, count)), model.head());
  }

  @Override
  public void close() {
    workspace.close();
  }
}
