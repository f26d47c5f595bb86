package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.autograd.Parameter;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.OpenModel;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs that begin with the weights of a model, some of them frozen.
class StartTest {
  private static final int STEPS = 4;

  @TempDir Path directory;
  private Path first;

  @BeforeEach
  void trainFirst() {
    first = directory.resolve("first");
    train(TinyRun.recipe(TrainRecipe.Length.ofSteps(3)), "a", new Start.Drawn(), first);
  }

  /// Trains in a run directory and saves the model.
  private void train(TrainRecipe recipe, String run, Start start, Path model) {
    try (Kernels kernels = new ReferenceKernels();
        Trainer trainer =
            Trainer.open(
                recipe,
                TinyRun.data(),
                start,
                new Trainer.Setup(directory.resolve(run), kernels, 1e9, TrainListener.NONE))) {
      assertThat(trainer.run().reason()).isEqualTo(StopReason.COMPLETED);
      ModelDirectory.save(
          model, trainer.model(), ModelDirectory.Settings.of(DType.F32, -1, -1), _ -> {});
    }
  }

  private static Map<String, float[]> weights(Path model) {
    Map<String, float[]> weights = new TreeMap<>();
    try (OpenModel open = ModelDirectory.open(model)) {
      for (Parameter parameter : open.parameters().parameters()) {
        weights.put(parameter.name(), parameter.value().toFloatArray());
      }
    }
    return weights;
  }

  private static TrainRecipe frozen(String... patterns) {
    TrainRecipe recipe = TinyRun.recipe(TrainRecipe.Length.ofSteps(STEPS));
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
            o.averageDecay(),
            List.of(patterns)));
  }

  @Test
  void frozenWeightsStayBitForBitAndOthersMove() {
    Path second = directory.resolve("second");
    train(frozen("layers.*", "embedding"), "b", new Start.Weights(first), second);
    Map<String, float[]> before = weights(first);
    weights(second)
        .forEach((name, after) -> {
          if (name.startsWith("layers.") || name.equals("embedding")) {
            assertThat(after).as(name).isEqualTo(before.get(name));
          } else {
            assertThat(after).as(name).isNotEqualTo(before.get(name));
          }
        });
  }

  /// The tiny model learns its letters in some steps; the weights it has learned must be there.
  @Test
  void theFirstLossIsThatOfTheWeights() {
    double[] losses = new double[2];
    for (int i = 0; i < 2; i++) {
      int at = i;
      TrainListener first =
          new TrainListener() {
            @Override
            public void step(StepMetrics metrics) {
              losses[at] = metrics.step() == 1 ? metrics.loss() : losses[at];
            }
          };
      Path taught = directory.resolve("taught");
      Start start = i == 0 ? new Start.Drawn() : new Start.Weights(taught);
      try (Kernels kernels = new ReferenceKernels();
          Trainer trainer =
              Trainer.open(
                  TinyRun.recipe(TrainRecipe.Length.ofSteps(40)),
                  TinyRun.data(),
                  start,
                  new Trainer.Setup(directory.resolve("loss" + i), kernels, 1e9, first))) {
        trainer.run();
        ModelDirectory.save(
            taught, trainer.model(), ModelDirectory.Settings.of(DType.F32, -1, -1), _ -> {});
      }
    }
    assertThat(losses[1]).isLessThan(0.8 * losses[0]);
  }

  @Test
  void aRunThatGoesOnNeedsItsFirstWeightsNoMore() throws Exception {
    TrainRecipe recipe = frozen();
    train(recipe, "b", new Start.Weights(first), directory.resolve("second"));
    Files.move(first, directory.resolve("moved"));
    assertThatThrownBy(
            () -> train(recipe, "b", new Start.Weights(first), directory.resolve("third")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(first.toString());
    Path again = directory.resolve("again");
    train(recipe, "b", new Start.Drawn(), again);
    assertThat(ModelDirectory.hash(again))
        .isEqualTo(ModelDirectory.hash(directory.resolve("second")));
  }

  @Test
  void otherFirstWeightsAreRefused() {
    TrainRecipe recipe = frozen();
    Path second = directory.resolve("second");
    train(recipe, "b", new Start.Weights(first), second);
    assertThatThrownBy(
            () -> train(recipe, "b", new Start.Weights(second), directory.resolve("third")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a run with another start");
  }

  @Test
  void weightsOfAnotherModelAreRefused() {
    TrainRecipe recipe = frozen();
    TrainRecipe.Model model = recipe.model();
    TrainRecipe wider =
        recipe.withModel(
            TrainRecipe.Model.of(
                new TrainRecipe.Model(
                        model.architecture(),
                        model.dim(),
                        model.layers() + 1,
                        model.denseLayers(),
                        model.denseHidden(),
                        model.attention(),
                        model.maxLength(),
                        model.ropeBase(),
                        model.experts(),
                        model.predictors(),
                        model.normEpsilon(),
                        model.initialDeviation())
                    .config(TinyRun.VOCAB),
                model.initialDeviation()));
    assertThatThrownBy(
            () -> train(wider, "b", new Start.Weights(first), directory.resolve("second")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("layers=3");
  }

  @Test
  void aPatternThatMatchesNothingIsNamed() {
    assertThatThrownBy(
            () -> train(frozen("layer.0.*"), "b", new Start.Drawn(), directory.resolve("second")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found 'layer.0.*', which matches none of [embedding, layers.0.");
  }
}
