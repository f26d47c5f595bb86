package dev.minke.cli;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.checkpoint.TrainingCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The speed that a time was turned into sizes with, `budget.json` in a run's directory: a run that
/// goes on has the sizes that it began with, however quick the machine is by then.
///
/// @param seconds of the budget
/// @param operationsPerSecond expected of the training
record BudgetSpeed(double seconds, double operationsPerSecond) {
  private static final String FILE = "budget.json";

  /// A training's share of the speed of large products: mixtures reach 0.3 of the multiply-add
  /// peak, dense models 0.4, products alone 0.75 to 0.9 (docs/log.md, state of the trainer).
  private static final double TRAINING_SHARE = 0.35;

  /// Operations a second that a training will reach here, about; those written down where the run
  /// goes on.
  ///
  /// @throws UsageException if the run in the directory has another budget
  static double of(Path directory, Budget budget, ProductPeak peak) throws IOException {
    if (!(budget instanceof Budget.Time(double seconds))) {
      return expected(peak);
    }
    Path file = directory.resolve(FILE);
    if (TrainingCheckpoint.exists(directory.resolve("checkpoints"))) {
      return read(directory, seconds).operationsPerSecond;
    }
    BudgetSpeed speed = new BudgetSpeed(seconds, expected(peak));
    Files.createDirectories(directory);
    String json = JsonMapper.shared().writeValueAsString(speed) + "\n";
    AtomicFile.write(file, json.getBytes(StandardCharsets.UTF_8));
    return speed.operationsPerSecond;
  }

  private static double expected(ProductPeak peak) throws IOException {
    return TRAINING_SHARE * peak.flops();
  }

  private static BudgetSpeed read(Path directory, double seconds) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      throw new UsageException(
          "run directory %s: expected a run that was begun with a time as --budget, found another; go on without it, or choose another directory"
              .formatted(directory));
    }
    try {
      BudgetSpeed found = JsonMapper.shared().readValue(Files.readString(file), BudgetSpeed.class);
      if (found.seconds != seconds || !(found.operationsPerSecond > 0)) {
        throw new UsageException(
            "run directory %s: expected --budget %.0fs, with which the run in it began, found %.0fs; go on with that, or choose another directory"
                .formatted(directory, found.seconds, seconds));
      }
      return found;
    } catch (JacksonException e) {
      throw new UsageException(
          file + ": expected the speed that the run began with, found no JSON of that", e);
    }
  }
}
