package dev.minke.train;

import dev.minke.data.Corpus;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The smallest run that has everything: a dense layer, experts with groups and bias, a predictor,
/// micro-batches, long and short documents.
final class TinyRun {
  static final int VOCAB = 32;

  private TinyRun() {}

  static TrainRecipe recipe(TrainRecipe.Length length) {
    return recipe(length, TrainRecipe.MatrixRule.ADAMW);
  }

  static TrainRecipe recipe(TrainRecipe.Length length, TrainRecipe.MatrixRule matrices) {
    return recipe(length, matrices, TrainRecipe.Memory.KEEP);
  }

  static TrainRecipe recipe(
      TrainRecipe.Length length, TrainRecipe.MatrixRule matrices, TrainRecipe.Memory memory) {
    return new TrainRecipe(
        "tiny",
        model(),
        new TrainRecipe.Tokenizer(VOCAB, false),
        new TrainRecipe.Data(32, true, true, 0.1),
        new TrainRecipe.Optimizer(
            matrices, 0.01, 0.9, 0.95, 1e-8, 0.95, 0.1, 1, DType.F32, 0, List.of()),
        TrainRecipe.Schedule.cosine(0.1, 0.3, 0.1),
        TrainRecipe.Losses.constant(0.3f, 0.0001f, 0.001),
        TrainRecipe.Batch.constant(3, 2),
        memory,
        length,
        TrainRecipe.Validation.of(20, 200),
        TrainRecipe.Checkpoint.every(0.02, 2),
        new TrainRecipe.Guard(3, 5),
        7);
  }

  private static TrainRecipe.Model model() {
    var rule = new RouterRule(ScoreFunction.SIGMOID, 2, 2, 1, true, true, 2.5f);
    return new TrainRecipe.Model(
        Architecture.DEEPSEEK_V3,
        16,
        2,
        1,
        24,
        new DecoderConfig.Latent(2, 8, 8, 4, 4, 6),
        64,
        10000,
        new DecoderConfig.Experts(4, 1, 8, rule),
        1,
        1e-6f,
        0.1);
  }

  /// Trains, or goes on, up to a step.
  ///
  /// @param stop after which it is saved and left
  static TrainSummary runUntil(int stop, TrainRecipe recipe, Path directory, Kernels kernels) {
    Trainer[] running = new Trainer[1];
    TrainListener stopping =
        new TrainListener() {
          @Override
          public void step(StepMetrics metrics) {
            if (metrics.step() == stop) {
              running[0].requestStop();
            }
          }
        };
    var setup = new Trainer.Setup(directory, kernels, 1e9, stopping);
    try (Trainer trainer = Trainer.open(recipe, data(), setup)) {
      running[0] = trainer;
      return trainer.run();
    }
  }

  /// Trains on the vector kernels with one thread.
  ///
  /// @return what each step said
  static List<StepMetrics> metrics(TrainRecipe recipe, TrainingData data, Path directory) {
    List<StepMetrics> heard = new ArrayList<>();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void step(StepMetrics metrics) {
            heard.add(metrics);
          }
        };
    try (Kernels kernels = new VectorKernels(1);
        Trainer trainer =
            Trainer.open(recipe, data, new Trainer.Setup(directory, kernels, 1e9, listener))) {
      trainer.run();
    }
    return heard;
  }

  /// 60 documents of 1 to 12 words; a word is three letters that always follow each other.
  static TrainingData data() {
    RandomStream random = RandomStream.named(3, "documents");
    List<String> documents = new ArrayList<>();
    for (int document = 0; document < 60; document++) {
      StringBuilder text = new StringBuilder();
      for (int word = 0; word <= random.below(12, document); word++) {
        int first = random.below(10, 100L + 20L * document + word);
        text.append((char) ('a' + first)).append((char) ('k' + first)).append(' ');
      }
      documents.add(text.toString());
    }
    Corpus corpus = Corpus.split(documents, 0.1);
    var encoding =
        new Corpus.Encoding(
            text -> text.chars().map(c -> c == ' ' ? 2 : c - 'a' + 3).toArray(),
            "letters",
            VOCAB,
            0,
            1);
    return new TrainingData(
        Corpus.encode(corpus.training(), encoding), Corpus.encode(corpus.validation(), encoding));
  }
}
