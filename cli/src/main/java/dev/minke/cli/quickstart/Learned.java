package dev.minke.cli.quickstart;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Observer;
import dev.minke.cli.console.Tally;
import dev.minke.kernel.Kernels;
import dev.minke.model.CausalModel;
import dev.minke.model.TokenRows;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/// The trained model as an examinee.
///
/// @param observer sees which experts are chosen
/// @param tally told of what is read and computed
record Learned(CausalModel model, Kernels kernels, Observer observer, Tally tally)
    implements NextToken {
  @Override
  public List<int[]> predict(List<int[]> texts) {
    try (Workspace workspace = new Workspace()) {
      EagerOps ops = new EagerOps(kernels, workspace, observer);
      Tensor hidden = model.hidden(ops, TokenRows.packed(workspace, texts));
      Tensor logits = ops.matmul(hidden, model.head());
      List<int[]> next = new ArrayList<>();
      int row = 0;
      for (int[] text : texts) {
        int[] best = new int[text.length];
        for (int i = 0; i < text.length; i++) {
          best[i] = best(logits, row++);
          tally.add(1, model.forwardFlops(i));
        }
        next.add(best);
      }
      return next;
    }
  }

  private int best(Tensor logits, int row) {
    int best = 0;
    for (int token = 1; token < model.vocab(); token++) {
      if (logits.getFloat(row, token) > logits.getFloat(row, best)) {
        best = token;
      }
    }
    return best;
  }
}
