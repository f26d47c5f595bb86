package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.data.Corpus;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryEstimateTest {
  /// How far above what a step measures the estimate may be, in percent. Where results of different
  /// kinds happen to have one size they share memory, which it does not see: 18 % in one of these
  /// models.
  private static final double ABOVE = 20;

  /// How far below: a model that was said to fit must fit.
  private static final double BELOW = 1;

  @TempDir private Path directory;

  private static final DecoderConfig.Latent LATENT = new DecoderConfig.Latent(4, 48, 32, 24, 8, 24);
  private static final DecoderConfig.Grouped GROUPED = new DecoderConfig.Grouped(8, 2, 16);

  /// Vocabulary, attention, layers, dense layers, experts, shared experts, predictors, what waits
  /// for backward.
  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of(300, LATENT, 4, 1, 8, 1, 1, TrainRecipe.Activations.KEEP),
        Arguments.of(300, LATENT, 4, 1, 8, 1, 0, TrainRecipe.Activations.KEEP),
        Arguments.of(300, LATENT, 4, 1, 8, 1, 1, TrainRecipe.Activations.RECOMPUTE),
        Arguments.of(300, LATENT, 4, 1, 8, 1, 1, TrainRecipe.Activations.BF16),
        Arguments.of(300, GROUPED, 6, 0, 16, 2, 0, TrainRecipe.Activations.BF16),
        Arguments.of(40_000, LATENT, 5, 2, 4, 0, 1, TrainRecipe.Activations.BF16),
        Arguments.of(300, GROUPED, 3, 3, 0, 0, 0, TrainRecipe.Activations.KEEP),
        Arguments.of(300, GROUPED, 6, 0, 16, 2, 0, TrainRecipe.Activations.KEEP),
        Arguments.of(
            3000,
            new DecoderConfig.Latent(2, 0, 64, 32, 16, 32),
            2,
            1,
            4,
            1,
            1,
            TrainRecipe.Activations.KEEP),
        Arguments.of(40_000, LATENT, 2, 1, 4, 0, 1, TrainRecipe.Activations.KEEP));
  }

  @ParameterizedTest
  @MethodSource("models")
  void isWhatAStepMeasures(
      int vocab,
      DecoderConfig.Attention attention,
      int layers,
      int dense,
      int experts,
      int shared,
      int predictors,
      TrainRecipe.Activations activations) {
    RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, 2, 1, 1, true, true, 1);
    TrainRecipe.Model model =
        new TrainRecipe.Model(
            Architecture.DEEPSEEK_V3,
            96,
            layers,
            dense,
            256,
            attention,
            128,
            10_000,
            new DecoderConfig.Experts(experts, shared, 64, rule),
            predictors,
            1e-6f,
            0.02);
    long measured = measured(model, vocab, activations);
    MemoryEstimate estimate =
        MemoryEstimate.of(
            model.config(vocab), 4, 128, new MemoryEstimate.Choices(activations, false, DType.F32));
    assertThat((double) estimate.steps())
        .isBetween(measured * (1 - BELOW / 100), measured * (1 + ABOVE / 100));
  }

  private long measured(TrainRecipe.Model model, int vocab, TrainRecipe.Activations activations) {
    TrainRecipe tiny = TinyRun.recipe(TrainRecipe.Length.ofSteps(1));
    TrainRecipe recipe =
        new TrainRecipe(
            "memory",
            model,
            new TrainRecipe.Tokenizer(vocab, false),
            new TrainRecipe.Data(128, true, true, 0.1),
            tiny.optimizer(),
            tiny.schedule(),
            tiny.losses(),
            TrainRecipe.Batch.constant(8, 4),
            new TrainRecipe.Memory(activations),
            tiny.length(),
            tiny.validation(),
            tiny.checkpoint(),
            tiny.guard(),
            1);
    List<StepMetrics> heard = TinyRun.metrics(recipe, data(vocab), directory);
    assertThat(heard).singleElement().returns(8 * 128, StepMetrics::tokens);
    return heard.getFirst().peakBytes();
  }

  /// Documents that are longer than a row, so that rows are full.
  private static TrainingData data(int vocab) {
    RandomStream random = RandomStream.named(5, "documents");
    List<String> documents = new ArrayList<>();
    for (int document = 0; document < 20; document++) {
      documents.add(document + "x".repeat(2000));
    }
    Corpus corpus = Corpus.split(documents, 0.1);
    var encoding =
        new Corpus.Encoding(
            text -> text.chars().map(c -> 2 + random.below(vocab - 2, c)).toArray(),
            "letters",
            vocab,
            0,
            1);
    return new TrainingData(
        Corpus.encode(corpus.training(), encoding), Corpus.encode(corpus.validation(), encoding));
  }
}
