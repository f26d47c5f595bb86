package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.data.Corpus;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the head of DeepSeek-V3's vocabulary adds to the memory of a training step: activations and
/// their gradients, forward and backward, beside the same model with a small vocabulary. All logits
/// of such a step would take 1,010 MiB.
class HeadMemoryTest {
  private static final int LARGE = 129_280;
  private static final int SMALL = 256;
  private static final int TOKENS = 2048;
  private static final long MOST_BYTES = 256L << 20;

  @TempDir private Path directory;

  /// With and without multi-token prediction, which runs the head a second time.
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aLargeVocabularyAddsLittleToAStep(int predictors) {
    long added = peakBytes(LARGE, predictors) - peakBytes(SMALL, predictors);
    assertThat(added).as("bytes of a large head").isLessThan(MOST_BYTES);
    // The gauge sees the head: a row of logits at least.
    assertThat(added).as("bytes of a large head").isGreaterThan(Float.BYTES * (long) LARGE);
  }

  private long peakBytes(int vocab, int predictors) {
    Path run = directory.resolve("vocab" + vocab);
    List<StepMetrics> heard = TinyRun.metrics(recipe(vocab, predictors), data(vocab), run);
    assertThat(heard).singleElement().returns(TOKENS, StepMetrics::tokens);
    return heard.getFirst().peakBytes();
  }

  private static TrainRecipe recipe(int vocab, int predictors) {
    TrainRecipe tiny = TinyRun.recipe(TrainRecipe.Length.ofSteps(1));
    var model =
        new TrainRecipe.Model(
            Architecture.DEEPSEEK_V3,
            16,
            1,
            1,
            32,
            new DecoderConfig.Latent(2, 8, 8, 4, 4, 6),
            TOKENS,
            10_000,
            new DecoderConfig.Experts(0, 0, 8, tiny.model().experts().rule()),
            predictors,
            1e-6f,
            0.02);
    return new TrainRecipe(
        "head",
        model,
        new TrainRecipe.Tokenizer(vocab, false),
        new TrainRecipe.Data(TOKENS, true, true, 0.1),
        tiny.optimizer(),
        tiny.schedule(),
        tiny.losses(),
        TrainRecipe.Batch.constant(1, 1),
        TrainRecipe.Memory.KEEP,
        tiny.length(),
        TrainRecipe.Validation.of(0, 10),
        TrainRecipe.Checkpoint.every(1000, 1),
        tiny.guard(),
        1);
  }

  /// Documents that are longer than a row, so that rows are full, and reach to both ends of the
  /// vocabulary.
  private static TrainingData data(int vocab) {
    List<String> documents = new ArrayList<>();
    for (int document = 0; document < 20; document++) {
      documents.add(document + "xyz".repeat(TOKENS));
    }
    Corpus corpus = Corpus.split(documents, 0.1);
    var encoding =
        new Corpus.Encoding(
            text -> text.chars().map(c -> c < 'x' ? c : vocab - 1 - (c - 'x')).toArray(),
            "letters",
            vocab,
            0,
            1);
    return new TrainingData(
        Corpus.encode(corpus.training(), encoding), Corpus.encode(corpus.validation(), encoding));
  }
}
