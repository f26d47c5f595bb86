package dev.minke.train;

import dev.minke.kernel.reference.ReferenceKernels;
import java.nio.file.Path;

/// A process of its own that trains the tiny run: `TrainChild DIRECTORY STEPS`.
final class TrainChild {
  private TrainChild() {}

  public static void main(String[] arguments) {
    var length = TrainRecipe.Length.ofSteps(Integer.parseInt(arguments[1]));
    try (var kernels = new ReferenceKernels()) {
      var setup = new Trainer.Setup(Path.of(arguments[0]), kernels, 1e9, TrainListener.NONE);
      try (Trainer trainer = Trainer.open(TinyRun.recipe(length), TinyRun.data(), setup)) {
        System.exit(trainer.run().reason() == StopReason.COMPLETED ? 0 : 3);
      }
    }
  }
}
