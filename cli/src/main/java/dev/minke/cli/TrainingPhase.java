package dev.minke.cli;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.cli.console.Epochs;
import dev.minke.cli.console.Interrupt;
import dev.minke.cli.console.Listeners;
import dev.minke.cli.console.Progress;
import dev.minke.cli.console.Stages;
import dev.minke.cli.data.RunData;
import dev.minke.cli.report.RunReport;
import dev.minke.cli.runs.RunRecord;
import dev.minke.cli.runs.SampleWriter;
import dev.minke.kernel.Kernels;
import dev.minke.ledger.Ledger;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.tensor.DType;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.train.LedgerListener;
import dev.minke.train.Start;
import dev.minke.train.StopReason;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainRecipe;
import dev.minke.train.TrainSummary;
import dev.minke.train.Trainer;
import dev.minke.train.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One phase of a training: from text to a model directory.
///
/// @param recipe of the phase
/// @param directory where it leaves everything
/// @param from the model that it begins with; null for weights that are drawn
/// @param progress hears how it goes
record TrainingPhase(
    Recipes.Recipe recipe, Path directory, @Nullable Path from, Progress progress) {
  /// Where the model is in the end.
  Path model() {
    return directory.resolve("model");
  }

  private RunData text(int leastVocab) {
    return new RunData(
        recipe.sources(), recipe.training(), recipe.maxBadShare(), directory, leastVocab, progress);
  }

  private List<String> later() {
    return recipe.then().stream().map(phase -> phase.training().name()).toList();
  }

  /// Refuses text that is not there, before any work.
  void requireText() throws IOException {
    text(0).requireText();
  }

  /// Trains, or goes on.
  ///
  /// @param peak of this machine's products
  /// @param ledger is charged
  /// @return the exit code: 0, 1 if the training failed, that of the signal if it was interrupted
  int run(Kernels kernels, ProductPeak peak, Ledger ledger) throws IOException {
    TrainRecipe training = recipe.training();
    Stages stages = new Stages(ledger, training.name());
    if (from != null) {
      takeTokenizer(from);
    }
    RunData text = text(from == null ? 0 : ModelDirectory.config(from).vocab());
    Tokenizer tokenizer = stages.charge("tokenizer", _ -> text.tokenizer());
    TrainingData data = stages.charge("encode", tally -> text.encode(tokenizer, tally));
    AtomicReference<Trainer> running = new AtomicReference<>();
    List<TrainListener> listeners =
        List.of(
            new LedgerListener(ledger, "pretrain", training.name()),
            new RunRecord(directory, training.name(), recipe.resolved(), later(), kernels),
            new SampleWriter(directory, training, tokenizer, kernels, () -> running.get().model()),
            progress,
            new Epochs(data.training().tokens(), progress));
    var setup = new Trainer.Setup(directory, kernels, peak.flops(), new Listeners(listeners));
    Start start = from == null ? new Start.Drawn() : new Start.Weights(from);
    try (Trainer trainer = Trainer.open(training, data, start, setup);
        Interrupt interrupt = Interrupt.requesting(progress, trainer::requestStop)) {
      running.set(trainer);
      TrainSummary summary = trainer.run();
      Path report = RunReport.write(directory);
      if (!summary.reason().isSound()) {
        return Main.FAILED;
      }
      save(model(), trainer.model(), tokenizer);
      DecoderModel average = trainer.average();
      if (average != null) {
        save(directory.resolve("model-average"), average, tokenizer);
      }
      progress.say("written", "%s and %s", model(), report);
      return summary.reason() == StopReason.REQUESTED ? interrupt.code() : Main.OK;
    }
  }

  /// A run that begins with a model has the model's tokenizer.
  private void takeTokenizer(Path model) throws IOException {
    Path source = RunData.tokenizerFile(model);
    Path target = RunData.tokenizerFile(directory);
    if (!Files.exists(source)) {
      throw new UsageException(
          "--from %s: expected a model with its tokenizer.json, found none".formatted(model));
    }
    if (!Files.exists(target)) {
      Files.createDirectories(directory);
      AtomicFile.write(target, Files.readAllBytes(source));
    }
  }

  private static void save(Path directory, DecoderModel model, Tokenizer tokenizer) {
    ModelDirectory.Settings settings =
        ModelDirectory.Settings.of(
            DType.F32, tokenizer.beginOfText().orElse(-1), tokenizer.endOfText().orElse(-1));
    ModelDirectory.save(
        directory, model, settings, target -> tokenizer.write(target.resolve("tokenizer.json")));
  }
}
