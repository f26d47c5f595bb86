package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.minke.ChildJvm;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A warm training step makes few objects: the vectors of its kernels are none.
///
/// What the compiler makes of a kernel depends on what else has run, so every kernel of a step is
/// watched here in a process of its own, in the order of a real run. A kernel whose vectors are
/// objects computes the same and leaves gigabytes a step.
class WarmStepTest {
  /// A step makes 3 MB of other objects. Now and then a loop of little weight leaves 10 more; the
  /// products alone left 7 to 19 GB.
  private static final long MOST_BYTES = 64 << 20;

  private static final String FOUND = "bytes";

  @TempDir Path directory;

  @Test
  void aWarmStepMakesNoObjectsOfVectors() throws Exception {
    List<String> command =
        ChildJvm.command(WarmStepTest.class, List.of("-Xmx512m"), directory.toString());
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    assertThat(Long.parseLong(Files.readString(directory.resolve(FOUND)))).isLessThan(MOST_BYTES);
  }

  /// Trains in a directory and leaves there how many bytes of objects the leanest step made.
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    Allocations allocations = new Allocations();
    try (Kernels kernels = new VectorKernels(2);
        Trainer trainer =
            Trainer.open(
                recipe(),
                TinyRun.data(),
                new Trainer.Setup(directory.resolve("run"), kernels, 1e9, allocations))) {
      assertThat(trainer.run().reason()).isEqualTo(StopReason.COMPLETED);
    }
    Files.writeString(directory.resolve(FOUND), Long.toString(allocations.leastOfAStep()));
  }

  /// Bytes that all threads together have allocated at the end of each step.
  private static final class Allocations implements TrainListener {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<Long> totals = new ArrayList<>();

    @Override
    public void step(StepMetrics metrics) {
      totals.add(threads.getTotalThreadAllocatedBytes());
    }

    long leastOfAStep() {
      List<Long> steps = new ArrayList<>();
      for (int i = 1; i < totals.size(); i++) {
        steps.add(totals.get(i) - totals.get(i - 1));
      }
      return Collections.min(steps);
    }
  }

  /// The shapes of the quickstart.
  private static TrainRecipe recipe() {
    TrainRecipe tiny = TinyRun.recipe(TrainRecipe.Length.ofSteps(60));
    var rule = new RouterRule(ScoreFunction.SIGMOID, 2, 1, 1, true, true, 2.5f);
    var model =
        new TrainRecipe.Model(
            Architecture.DEEPSEEK_V3,
            128,
            3,
            1,
            384,
            new DecoderConfig.Latent(4, 64, 32, 24, 8, 32),
            256,
            10000,
            new DecoderConfig.Experts(8, 1, 96, rule),
            1,
            1e-6f,
            0.02);
    return new TrainRecipe(
        "warm",
        model,
        tiny.tokenizer(),
        new TrainRecipe.Data(256, true, true, 0.1),
        tiny.optimizer(),
        tiny.schedule(),
        tiny.losses(),
        TrainRecipe.Batch.constant(8, 8),
        TrainRecipe.Memory.KEEP,
        tiny.length(),
        TrainRecipe.Validation.of(0, 10),
        TrainRecipe.Checkpoint.every(1000, 1),
        tiny.guard(),
        tiny.seed());
  }
}
