package dev.minke.bench.experiment;

import dev.minke.autograd.EagerOps;
import dev.minke.data.TokenShard;
import dev.minke.kernel.Kernels;
import dev.minke.model.TokenRows;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Bits per byte of a held-out text under a model.
record Judging(DecoderModel model, Kernels kernels) {
  private static final int ROWS_AT_ONCE = 16;

  double bitsPerByte(Books.Judge judge) {
    TokenShard rows = judge.rows();
    double sum = 0;
    try (Workspace workspace = new Workspace()) {
      for (int from = 0; from < rows.documents(); from += ROWS_AT_ONCE) {
        Workspace.Mark mark = workspace.mark();
        sum +=
            logProbability(rows, from, Math.min(rows.documents(), from + ROWS_AT_ONCE), workspace);
        workspace.release(mark);
      }
    }
    return -sum / (StrictMath.log(2) * judge.bytes());
  }

  private double logProbability(TokenShard rows, int from, int to, Workspace workspace) {
    List<int[]> inputs = new ArrayList<>();
    List<int[]> targets = new ArrayList<>();
    for (int row = from; row < to; row++) {
      int[] ids = Books.ids(rows, row);
      inputs.add(Arrays.copyOf(ids, ids.length - 1));
      targets.add(Arrays.copyOfRange(ids, 1, ids.length));
    }
    EagerOps ops = new EagerOps(kernels, workspace);
    TokenRows packed = TokenRows.packed(workspace, inputs);
    Tensor next = workspace.allocate(DType.I32, packed.ids().shape());
    int at = 0;
    for (int[] row : targets) {
      for (int id : row) {
        next.setInt(0, at++, id);
      }
    }
    Tensor logProbs = ops.headLogProbs(model.hidden(ops, packed), model.head(), next);
    double sum = 0;
    for (int i = 0; i < at; i++) {
      sum += logProbs.get(0, i);
    }
    return sum;
  }
}
