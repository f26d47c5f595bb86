package dev.minke.train;

/// The learning rate of each step: linear warm-up, constant, cosine down to the final share
/// (DeepSeek-V3 §4.2).
///
/// Cosines are StrictMath's, in double: the same bits on every machine. Immutable.
///
/// @param peak highest rate
/// @param schedule its shape
/// @param steps of the whole run
record LearningRate(double peak, TrainRecipe.Schedule schedule, int steps) {
  /// @param step number of the step, from 1 to `steps`
  double at(int step) {
    int warmup = (int) Math.ceil(schedule.warmupShare() * steps);
    int decay = (int) Math.ceil(schedule.decayShare() * steps);
    if (step <= warmup) {
      return peak * step / warmup;
    }
    int left = steps - step;
    if (left >= decay) {
      return peak;
    }
    double done = (double) (decay - left) / decay;
    double cosine = 0.5 * (1 + StrictMath.cos(Math.PI * done));
    return peak * (schedule.finalShare() + (1 - schedule.finalShare()) * cosine);
  }
}
