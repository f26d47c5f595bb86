package dev.minke.train;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Loss;
import dev.minke.data.PackedRow;
import dev.minke.data.Packing;
import dev.minke.data.StepRows;
import dev.minke.kernel.Kernels;
import dev.minke.model.TrainingRows;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.tensor.Workspace;
import java.util.List;

/// The loss on the same held-out documents every time. Owns its memory.
final class Validator implements AutoCloseable {
  private static final TrainingRows.Factors NONE = new TrainingRows.Factors(0, 0);

  private final Kernels kernels;
  private final DecoderModel model;
  private final StepRows rows;
  private final int microRows;
  private final long bytes;
  private final Workspace workspace = new Workspace();

  /// @param data with at least one held-out document of two tokens
  Validator(TrainRecipe recipe, Kernels kernels, DecoderModel model, TrainingData data) {
    Packing packing = new Packing(data.validation(), recipe.data().rowTokens(), recipe.seed());
    this.kernels = kernels;
    this.model = model;
    this.rows = new StepRows(data.validation(), packing.inOrder(recipe.validation().tokens()));
    this.microRows = recipe.batch().microRows();
    this.bytes =
        rows.rows().stream()
            .flatMap(row -> row.pieces().stream())
            .mapToInt(PackedRow.Piece::document)
            .distinct()
            .mapToLong(document -> data.validation().bytes(document))
            .sum();
  }

  /// @param step steps done
  ValidationMetrics run(int step) {
    long begin = System.nanoTime();
    double sum = 0;
    List<PackedRow> all = rows.rows();
    for (int from = 0; from < all.size(); from += microRows) {
      Workspace.Mark mark = workspace.mark();
      TrainingRows batch =
          rows.training(workspace, from, Math.min(all.size(), from + microRows), NONE);
      sum = plusLogProbability(sum, batch);
      workspace.release(mark);
    }
    double loss = -sum / rows.tokens();
    double bitsPerByte = -sum / (StrictMath.log(2) * Math.max(1, bytes));
    double seconds = (System.nanoTime() - begin) * 1e-9;
    return new ValidationMetrics(
        step, loss, bitsPerByte, Double.NaN, rows.tokens(), bytes, seconds);
  }

  /// Adds sequence after sequence, so that the loss does not depend on the number of rows at once.
  private double plusLogProbability(double before, TrainingRows batch) {
    EagerOps ops = new EagerOps(kernels, workspace);
    model.loss(ops, batch);
    double sum = before;
    for (Loss loss : ops.losses()) {
      sum = loss.addTo(sum);
    }
    return sum;
  }

  @Override
  public void close() {
    workspace.close();
  }
}
