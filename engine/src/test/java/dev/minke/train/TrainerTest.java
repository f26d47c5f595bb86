package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.Safetensors;
import dev.minke.checkpoint.TrainingCheckpoint;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {
  @TempDir Path directory;

  /// Keeps what it hears.
  private static final class Heard implements TrainListener {
    final List<StepMetrics> steps = new ArrayList<>();
    final List<ValidationMetrics> validations = new ArrayList<>();
    final List<Integer> saved = new ArrayList<>();

    @Override
    public void step(StepMetrics metrics) {
      steps.add(metrics);
    }

    @Override
    public void validated(ValidationMetrics metrics) {
      validations.add(metrics);
    }

    @Override
    public void saved(Path checkpoint, int step) {
      saved.add(step);
    }
  }

  private static TrainRecipe steps(int steps) {
    return TinyRun.recipe(TrainRecipe.Length.ofSteps(steps));
  }

  private static TrainRecipe steps(int steps, TrainRecipe.MatrixRule matrices) {
    return TinyRun.recipe(TrainRecipe.Length.ofSteps(steps), matrices);
  }

  private static TrainSummary run(TrainRecipe recipe, Path directory, TrainListener listener) {
    try (Kernels kernels = new ReferenceKernels();
        Trainer trainer =
            Trainer.open(
                recipe, TinyRun.data(), new Trainer.Setup(directory, kernels, 1e9, listener))) {
      return trainer.run();
    }
  }

  private static byte[] bytes(TrainSummary summary) throws IOException {
    Path checkpoint = summary.checkpoint();
    assertThat(checkpoint).isNotNull();
    return Files.readAllBytes(checkpoint);
  }

  @ParameterizedTest
  @EnumSource
  void aTinyCorpusIsLearned(TrainRecipe.MatrixRule matrices) {
    Heard heard = new Heard();
    TrainSummary summary = run(steps(120, matrices), directory, heard);
    assertThat(summary.reason()).isEqualTo(StopReason.COMPLETED);
    assertThat(heard.steps).hasSize(120);
    // Before: every token alike. After: second letters and spaces are certain, first letters one
    // of ten, so the mean over three falls below half.
    assertThat(heard.steps.getFirst().loss()).isGreaterThan(0.9 * Math.log(TinyRun.VOCAB));
    assertThat(summary.loss()).isLessThan(0.5 * Math.log(TinyRun.VOCAB));
    assertThat(heard.validations).extracting(ValidationMetrics::step).contains(20, 40, 120);
    ValidationMetrics last = heard.validations.getLast();
    assertThat(last.loss()).isLessThan(0.5 * Math.log(TinyRun.VOCAB));
    assertThat(last.bitsPerByte())
        .isEqualTo(last.loss() * last.tokens() / (StrictMath.log(2) * last.bytes()));
    assertThat(heard.steps.getLast().predictionLoss())
        .isLessThan(heard.steps.getFirst().predictionLoss());
  }

  @ParameterizedTest
  @EnumSource
  void aRunThatWasStoppedAndGoesOnHasTheBitsOfAnUndisturbedOne(TrainRecipe.MatrixRule matrices)
      throws IOException {
    TrainRecipe recipe = steps(25, matrices);
    byte[] undisturbed = bytes(run(recipe, directory.resolve("a"), TrainListener.NONE));
    Path other = directory.resolve("b");
    for (int stop : new int[] {1, 8, 20}) {
      TrainSummary part = runUntil(stop, recipe, other);
      assertThat(part.reason()).isEqualTo(StopReason.REQUESTED);
      assertThat(part.step()).isEqualTo(stop);
    }
    assertThat(bytes(run(recipe, other, TrainListener.NONE))).isEqualTo(undisturbed);
    assertThat(losses(other)).isEqualTo(losses(directory.resolve("a")));
  }

  private static TrainRecipe steps(int steps, TrainRecipe.Activations activations) {
    return TinyRun.recipe(
        TrainRecipe.Length.ofSteps(steps),
        TrainRecipe.MatrixRule.ADAMW,
        new TrainRecipe.Memory(activations));
  }

  /// In BF16 as well: what is rounded lives no longer than a step.
  @ParameterizedTest
  @EnumSource
  void whateverWaitsForBackwardARunGoesOnWithTheSameBits(TrainRecipe.Activations activations)
      throws IOException {
    TrainRecipe recipe = steps(12, activations);
    byte[] undisturbed = bytes(run(recipe, directory.resolve("a"), TrainListener.NONE));
    Path other = directory.resolve("b");
    assertThat(runUntil(5, recipe, other).reason()).isEqualTo(StopReason.REQUESTED);
    assertThat(bytes(run(recipe, other, TrainListener.NONE))).isEqualTo(undisturbed);
  }

  /// Computing again may begin or end in the middle of a run, as it changes no bit; BF16 may not.
  @Test
  void whatWaitsForBackwardChangesWithinARunOnlyIfTheBitsStay() throws IOException {
    TrainRecipe keep = steps(12, TrainRecipe.Activations.KEEP);
    TrainRecipe again = steps(12, TrainRecipe.Activations.RECOMPUTE);
    TrainRecipe bf16 = steps(12, TrainRecipe.Activations.BF16);
    byte[] kept = bytes(run(keep, directory.resolve("a"), TrainListener.NONE));
    Path other = directory.resolve("b");
    runUntil(5, keep, other);
    assertThatThrownBy(() -> run(bf16, other, TrainListener.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("recipe");
    assertThat(bytes(run(again, other, TrainListener.NONE))).isEqualTo(kept);
    byte[] rounded = bytes(run(bf16, directory.resolve("c"), TrainListener.NONE));
    assertThat(rounded).isNotEqualTo(kept);
    assertThatThrownBy(() -> run(keep, directory.resolve("c"), TrainListener.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("recipe");
  }

  private static TrainSummary runUntil(int stop, TrainRecipe recipe, Path directory) {
    try (Kernels kernels = new ReferenceKernels()) {
      return TinyRun.runUntil(stop, recipe, directory, kernels);
    }
  }

  /// The metrics without times.
  private static List<String> losses(Path directory) throws IOException {
    return Files.readAllLines(directory.resolve(MetricsLog.NAME)).stream()
        .map(line ->
            line.replaceAll(
                "\"(\\w*[sS]econds|secondsLeft|peakShare|residentBytes|time)\":[^,}]*", ""))
        .toList();
  }

  @Test
  void microBatchesDoNotChangeForwardLosses() {
    List<List<Double>> losses = new ArrayList<>();
    for (int rows = 1; rows <= 3; rows++) {
      Heard heard = new Heard();
      run(withMicroRows(steps(1), rows), directory.resolve("rows" + rows), heard);
      StepMetrics first = heard.steps.getFirst();
      losses.add(List.of(first.loss(), first.predictionLoss(), first.balanceLoss()));
    }
    assertThat(losses).containsOnly(losses.getFirst());
  }

  private static TrainRecipe withMicroRows(TrainRecipe recipe, int rows) {
    return with(recipe, recipe.optimizer(), TrainRecipe.Batch.constant(3, rows), recipe.guard());
  }

  private static TrainRecipe with(
      TrainRecipe recipe,
      TrainRecipe.Optimizer optimizer,
      TrainRecipe.Batch batch,
      TrainRecipe.Guard guard) {
    return new TrainRecipe(
        recipe.name(),
        recipe.model(),
        recipe.tokenizer(),
        recipe.data(),
        optimizer,
        recipe.schedule(),
        recipe.losses(),
        batch,
        recipe.memory(),
        recipe.length(),
        recipe.validation(),
        recipe.checkpoint(),
        guard,
        recipe.seed());
  }

  private static TrainRecipe withRate(TrainRecipe recipe, double rate) {
    return with(
        recipe,
        new TrainRecipe.Optimizer(
            TrainRecipe.MatrixRule.ADAMW,
            rate,
            0.9,
            0.95,
            1e-8,
            0.95,
            0.1,
            0,
            DType.F32,
            0,
            List.of()),
        recipe.batch(),
        recipe.guard());
  }

  @Test
  void aLossThatIsNotFiniteStopsTheRunWithoutABadCheckpoint() {
    Heard heard = new Heard();
    TrainSummary summary = run(withRate(steps(50), 1e38), directory, heard);
    assertThat(summary.reason()).isEqualTo(StopReason.NOT_FINITE);
    assertThat(summary.message()).contains("lower learning rate");
    assertThat(summary.step()).isLessThan(50);
    // What is on disk can be taken up, and every number in it is finite.
    try (Kernels kernels = new ReferenceKernels();
        Trainer trainer =
            Trainer.open(
                withRate(steps(50), 1e38),
                TinyRun.data(),
                new Trainer.Setup(directory, kernels, 1e9, TrainListener.NONE))) {
      assertThat(trainer.model().weightNames())
          .allSatisfy(weight ->
              weight
                  .parts()
                  .forEach(part ->
                      assertThat(kernels.sumOfSquares(part.view()))
                          .satisfies(sum -> assertThat(Double.isFinite(sum)).isTrue())));
    }
  }

  @Test
  void aLossFarAboveItsMinimumStopsTheRun() {
    TrainRecipe recipe = withRate(steps(200), 1.0);
    var guard = new TrainRecipe.Guard(1.05, 3);
    Heard heard = new Heard();
    TrainSummary summary =
        run(with(recipe, recipe.optimizer(), recipe.batch(), guard), directory, heard);
    assertThat(summary.reason()).isEqualTo(StopReason.DIVERGED);
    assertThat(heard.saved).doesNotContain(summary.step());
  }

  @Test
  void theGuardCountsStepsInARow() {
    Guard guard = new Guard(new TrainRecipe.Guard(2, 3));
    double[] losses = {1.0, 2.1, 2.1, 1.9, 2.1, 2.1};
    for (double loss : losses) {
      assertThat(guard.diverged(loss)).isFalse();
    }
    assertThat(guard.diverged(2.1)).isTrue();
  }

  @Test
  void aDirectoryWithAnotherRunIsRefusedByWhatDiffers() {
    run(steps(2), directory, TrainListener.NONE);
    assertThatThrownBy(() -> run(withRate(steps(2), 0.5), directory, TrainListener.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("another recipe");
    assertThatThrownBy(() -> run(steps(3), directory, TrainListener.NONE))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("a run of 2 steps, the recipe says 3");
  }

  /// A checkpoint that lacks a fact is refused after the model was made; what was made goes back to
  /// the system. Native memory has no other gauge than the size of the process.
  @Test
  void aRefusedRunGivesItsMemoryBack() throws IOException {
    Path gauge = Path.of("/proc/self/statm");
    assumeTrue(Files.exists(gauge), "this system does not tell the size of a process");
    TrainRecipe wide = withDenseHidden(steps(2), 20_000);
    long opened = 4L * Float.BYTES * 3 * 16 * 20_000;
    try (Trainer trainer = open(wide)) {
      trainer.requestStop();
      trainer.run();
    }
    forget(directory.resolve("checkpoints"), "guard.minimum");
    requireRefused(wide);
    long before = residentBytes(gauge);
    for (int i = 0; i < 12; i++) {
      requireRefused(wide);
    }
    // Half of what twelve models take is left to the noise of the heap.
    assertThat(residentBytes(gauge) - before).isLessThan(6 * opened);
  }

  private Trainer open(TrainRecipe recipe) {
    var setup = new Trainer.Setup(directory, new ReferenceKernels(), 1e9, TrainListener.NONE);
    return Trainer.open(recipe, TinyRun.data(), setup);
  }

  private void requireRefused(TrainRecipe recipe) {
    assertThatThrownBy(() -> open(recipe)).hasMessageContaining("expected the fact guard.minimum");
  }

  /// @return bytes of the process that are in memory
  private static long residentBytes(Path gauge) throws IOException {
    return Long.parseLong(Files.readString(gauge).split(" ")[1]) * 4096;
  }

  /// Writes the newest checkpoint again without one of its facts.
  private static void forget(Path checkpoints, String fact) {
    TrainingCheckpoint found = TrainingCheckpoint.latest(checkpoints).orElseThrow();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (Safetensors open = Safetensors.open(found.file());
        Arena arena = Arena.ofConfined()) {
      for (Safetensors.Entry entry : open.entries().values()) {
        int[] sizes = entry.shape().stream().mapToInt(Math::toIntExact).toArray();
        tensors.put(entry.name(), Tensor.allocate(arena, DType.F32, Shape.of(sizes)));
      }
      found.readInto(tensors);
      Map<String, String> facts = new HashMap<>(found.metadata());
      assertThat(facts.remove(fact)).isNotNull();
      TrainingCheckpoint.write(
          checkpoints, found.step(), tensors, facts, new TrainingCheckpoint.Keep(1, 0), () -> {});
    }
  }

  private static TrainRecipe withDenseHidden(TrainRecipe recipe, int hidden) {
    TrainRecipe.Model model = recipe.model();
    return new TrainRecipe(
        recipe.name(),
        new TrainRecipe.Model(
            model.architecture(),
            model.dim(),
            model.layers(),
            model.denseLayers(),
            hidden,
            model.attention(),
            model.maxLength(),
            model.ropeBase(),
            null,
            model.experts(),
            model.predictors(),
            model.normEpsilon(),
            model.tiedHead(),
            model.initialDeviation()),
        recipe.tokenizer(),
        recipe.data(),
        recipe.optimizer(),
        recipe.schedule(),
        recipe.losses(),
        recipe.batch(),
        recipe.memory(),
        recipe.length(),
        recipe.validation(),
        recipe.checkpoint(),
        recipe.guard(),
        recipe.seed());
  }

  @Test
  void twoRunsInOneDirectoryAreRefused() {
    try (Kernels kernels = new ReferenceKernels();
        Trainer first =
            Trainer.open(
                steps(2),
                TinyRun.data(),
                new Trainer.Setup(directory, kernels, 1e9, TrainListener.NONE))) {
      assertThat(first.model().vocab()).isEqualTo(TinyRun.VOCAB);
      assertThatThrownBy(() -> run(steps(2), directory, TrainListener.NONE))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("another process");
    }
  }

  @Test
  void aPathThatIsNoDirectoryIsFoundBeforeTheWork() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");
    Heard heard = new Heard();
    assertThatThrownBy(() -> run(steps(2), file, heard))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString());
    assertThat(heard.steps).isEmpty();
  }

  @Test
  void aTimeIsTurnedIntoStepsOnceAndKept() throws IOException {
    TrainRecipe timed = TinyRun.recipe(TrainRecipe.Length.ofSeconds(1.5));
    TrainSummary first = run(timed, directory.resolve("timed"), TrainListener.NONE);
    assertThat(first.reason()).isEqualTo(StopReason.COMPLETED);
    assertThat(run(timed, directory.resolve("timed"), TrainListener.NONE).steps())
        .isEqualTo(first.steps());
    TrainSummary counted = run(steps(first.steps()), directory.resolve("b"), TrainListener.NONE);
    assertThat(bytes(counted)).isEqualTo(bytes(first));
  }

  @Test
  void onlyTheNewestCheckpointsAreKept() throws IOException {
    run(steps(10), directory, TrainListener.NONE);
    try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
      assertThat(files.count()).isLessThanOrEqualTo(2);
    }
  }
}
