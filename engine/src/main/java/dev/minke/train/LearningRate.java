package dev.minke.train;

/// The learning rate of each step: linear warm-up, then the phases of a schedule (DeepSeek-V3 §4.2,
/// DeepSeek-V2 §3.1.2).
///
/// Where a phase begins is counted from the end of the run, rounded so that none is lost. Cosines
/// are StrictMath's, in double: the same bits on every machine. Immutable.
///
/// @param peak highest rate
/// @param schedule its shape
/// @param steps of the whole run
record LearningRate(double peak, TrainRecipe.Schedule schedule, int steps) {
  /// @param step number of the step, from 1 to `steps`
  double at(int step) {
    int warmup = (int) Math.ceil(schedule.warmupShare() * steps);
    if (step <= warmup) {
      return peak * step / warmup;
    }
    int end = steps;
    int last = schedule.phases().size() - 1;
    for (int phase = last; phase >= 0; phase--) {
      int begin = end - (int) Math.ceil(schedule.phases().get(phase).share() * steps);
      if (step > begin || phase == 0) {
        return peak * level(phase, step - begin, end - begin);
      }
      end = begin;
    }
    return peak;
  }

  /// @param done steps of the phase, from 1 to `all`
  private double level(int phase, int done, int all) {
    TrainRecipe.Phase now = schedule.phases().get(phase);
    double before = phase == 0 ? 1 : schedule.phases().get(phase - 1).level();
    double share = (double) done / all;
    double left =
        switch (now.shape()) {
          case CONSTANT -> 0;
          case LINEAR -> 1 - share;
          case COSINE -> 0.5 * (1 + StrictMath.cos(Math.PI * share));
        };
    return now.level() + (before - now.level()) * left;
  }
}
