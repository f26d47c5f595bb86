package dev.minke.train;

import java.nio.file.Path;

/// Where a new run gets its first weights from. A run that goes on has them in its checkpoint.
public sealed interface Start {
  /// Drawn at random by the recipe's seed.
  record Drawn() implements Start {}

  /// Those of a model directory, whose sizes and rules the recipe's model has.
  record Weights(Path model) implements Start {}
}
