package dev.minke.train;

/// Rows of each step: growing in a straight line at first, then as many as the recipe says
/// (DeepSeek-V3 §4.2). Immutable.
///
/// @param batch of the recipe
/// @param steps of the whole run
record BatchRamp(TrainRecipe.Batch batch, int steps) {
  /// @param step number of the step, from 1 to `steps`
  int at(int step) {
    int ramp = rampSteps();
    if (step > ramp) {
      return batch.rows();
    }
    long grown = (long) (batch.rows() - batch.firstRows()) * (step - 1) / ramp;
    return batch.firstRows() + Math.toIntExact(grown);
  }

  /// Rows of all steps up to one, that one included.
  long until(int step) {
    int ramp = Math.min(step, rampSteps());
    long rows = (long) (step - ramp) * batch.rows();
    for (int growing = 1; growing <= ramp; growing++) {
      rows += at(growing);
    }
    return rows;
  }

  /// Rows of a step in the mean of a long run.
  double mean() {
    return batch.rows() - batch.rampShare() * (batch.rows() - batch.firstRows()) / 2;
  }

  private int rampSteps() {
    return batch.firstRows() == batch.rows() ? 0 : (int) Math.ceil(batch.rampShare() * steps);
  }
}
