package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.autograd.Parameter;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.Tolerance;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightAverageTest {
  private static final double DECAY = 0.6;

  @TempDir Path directory;

  @Test
  void theAverageIsTheWeightedSumOfAllWeightsSoFar() {
    try (Kernels kernels = new ReferenceKernels();
        ParameterStore store = new ParameterStore(DType.F32, 5, 0.1)) {
      DecoderModel model =
          DecoderModel.of(
              store, TinyRun.recipe(TrainRecipe.Length.ofSteps(1)).model().config(TinyRun.VOCAB));
      try (WeightAverage average = new WeightAverage(store, model, DECAY)) {
        average.begin(kernels);
        Parameter weight = model.head();
        Parameter averaged = average.model().head();
        double expected = weight.value().get(2, 3);
        Parameter buffer =
            store.parameters().stream().filter(store::isBuffer).findFirst().orElseThrow();
        // The shares of the first eight updates, 2/11 to 9/18, are below the decay of 0.6.
        for (int update = 1; update <= 20; update++) {
          double now = Math.sin(update);
          weight.value().set(2, 3, now);
          buffer.value().set(0, 1, update);
          average.update(kernels, update);
          double kept = Math.min(DECAY, (1.0 + update) / (10.0 + update));
          expected = kept * expected + (1 - kept) * (float) now;
          assertThat(averaged.value().get(2, 3))
              .isCloseTo(expected, within(Tolerance.relative(4L * update, 1)));
        }
        assertThat(buffers(average.model())).contains(20f);
      }
    }
  }

  private static List<Float> buffers(DecoderModel model) {
    List<Float> values = new ArrayList<>();
    model.weightNames().stream()
        .filter(name -> name.name().endsWith("e_score_correction_bias"))
        .forEach(name -> {
          for (float value : name.parts().getFirst().view().toFloatArray()) {
            values.add(value);
          }
        });
    return values;
  }

  private static TrainRecipe recipe() {
    TrainRecipe recipe = TinyRun.recipe(TrainRecipe.Length.ofSteps(25));
    TrainRecipe.Optimizer o = recipe.optimizer();
    return recipe.withOptimizer(
        new TrainRecipe.Optimizer(
            o.matrices(),
            o.rate(),
            o.beta1(),
            o.beta2(),
            o.epsilon(),
            o.momentum(),
            o.decay(),
            o.clipNorm(),
            o.moments(),
            DECAY,
            List.of()));
  }

  private Path run(String name, int stopAfter) {
    List<Double> averages = new ArrayList<>();
    Trainer[] running = new Trainer[1];
    TrainListener listener =
        new TrainListener() {
          @Override
          public void step(StepMetrics metrics) {
            if (metrics.step() == stopAfter) {
              running[0].requestStop();
            }
          }

          @Override
          public void validated(ValidationMetrics metrics) {
            averages.add(metrics.averageBitsPerByte() - metrics.bitsPerByte());
          }
        };
    try (Kernels kernels = new ReferenceKernels();
        Trainer trainer =
            Trainer.open(
                recipe(),
                TinyRun.data(),
                new Trainer.Setup(directory.resolve(name), kernels, 1e9, listener))) {
      running[0] = trainer;
      TrainSummary summary = trainer.run();
      assertThat(averages).doesNotContain(0.0, Double.NaN);
      assertThat(trainer.average()).isNotNull();
      return Objects.requireNonNull(summary.checkpoint());
    }
  }

  @Test
  void aRunThatGoesOnHasTheAverageOfAnUndisturbedOne() throws Exception {
    Path undisturbed = run("a", 0);
    run("b", 11);
    assertThat(Files.readAllBytes(run("b", 0))).isEqualTo(Files.readAllBytes(undisturbed));
  }
}
