package dev.minke.cli;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.AtomicFile;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.cli.console.Interrupt;
import dev.minke.cli.console.Listeners;
import dev.minke.cli.console.Progress;
import dev.minke.cli.console.RunLedger;
import dev.minke.cli.console.Stages;
import dev.minke.cli.data.RunData;
import dev.minke.cli.report.RunReport;
import dev.minke.cli.runs.RunRecord;
import dev.minke.cli.runs.SampleWriter;
import dev.minke.kernel.Kernels;
import dev.minke.ledger.Ledger;
import dev.minke.model.deepseek.DeepSeekModel;
import dev.minke.tensor.DType;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.train.GemmPeak;
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
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Trains a model from a recipe.
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Train a model on your text, as a recipe says.",
      "",
      "First a tokenizer, then the model; both end in a model directory. A recipe is a YAML file;"
          + " those that ship with Minke are found by name. Ctrl-C saves and the same command goes"
          + " on; so does it after a crash, with the bits of a run that was never disturbed.",
      "",
      "Text is a file or a folder: .txt (blank lines separate documents), .jsonl (the field"
          + " 'text' of one object a line), both also .gz, and .parquet (the column 'text'). What"
          + " is no text is left out, counted and named; above the recipe's maxBadShare it is an"
          + " error. Instead of 'text' a recipe may list 'sources', each with its share; minke data"
          + " -h says how, and shows what a run sees."
    },
    footer = {
      "",
      "Examples:",
      "  minke train tiny -o text=input.txt",
      "  minke train tiny -o text=pages.jsonl.gz -o maxBadShare=0.001",
      "  minke train text -o text=my-text.txt -o length.steps=2000 --out runs/long",
      "  minke train text -o text=more.txt --from runs/long/model --out runs/more"
    })
final class TrainCommand implements Callable<Integer> {
  /// Time for the compiler to make the products fast, too.
  private static final double PEAK_SECONDS = 2;

  @Parameters(
      paramLabel = "RECIPE",
      description = "a name from recipes/, such as tiny, or a YAML file")
  private String recipe = "";

  @Option(
      names = "-o",
      paramLabel = "KEY=VALUE",
      description = "change a key of the recipe; may be given several times")
  private List<String> overrides = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "directory of the run (default: runs/NAME)")
  private @Nullable Path out;

  @Option(
      names = "--from",
      paramLabel = "MODEL",
      description =
          "go on from the weights and the tokenizer of this model directory; its sizes stand in"
              + " the place of the recipe's")
  private @Nullable Path from;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Recipes.Recipe read = Recipes.read(recipe, overrides, from);
    TrainRecipe training = read.training();
    Path directory = out == null ? Path.of("runs", training.name()) : out;
    Progress progress =
        Progress.on(spec.commandLine().getErr(), "DeepSeek-" + training.model().generation());
    RunData text = new RunData(read.sources(), training, read.maxBadShare(), directory, progress);
    text.requireText();
    try (Kernels kernels = Backends.openDefault();
        Ledger ledger = RunLedger.open(directory)) {
      Stages stages = new Stages(ledger, training.name());
      if (from != null) {
        takeTokenizer(from, directory);
      }
      Tokenizer tokenizer = stages.charge("tokenizer", _ -> text.tokenizer());
      TrainingData data = stages.charge("encode", tally -> text.encode(tokenizer, tally));
      double peak = stages.charge("probe", _ -> GemmPeak.measure(kernels, PEAK_SECONDS));
      AtomicReference<Trainer> running = new AtomicReference<>();
      List<TrainListener> listeners =
          List.of(
              new LedgerListener(ledger, "pretrain", training.name()),
              new RunRecord(directory, training.name(), read.resolved(), kernels),
              new SampleWriter(
                  directory, training, tokenizer, kernels, () -> running.get().model()),
              progress);
      var setup = new Trainer.Setup(directory, kernels, peak, new Listeners(listeners));
      Start start = from == null ? new Start.Drawn() : new Start.Weights(from);
      try (Trainer trainer = Trainer.open(training, data, start, setup);
          Interrupt interrupt = Interrupt.requesting(progress, trainer::requestStop)) {
        running.set(trainer);
        TrainSummary summary = trainer.run();
        Path report = RunReport.write(directory);
        if (!summary.reason().isSound()) {
          return Main.FAILED;
        }
        save(directory.resolve("model"), trainer.model(), tokenizer);
        DeepSeekModel average = trainer.average();
        if (average != null) {
          save(directory.resolve("model-average"), average, tokenizer);
        }
        progress.say("written", "%s and %s", directory.resolve("model"), report);
        return summary.reason() == StopReason.REQUESTED ? interrupt.code() : Main.OK;
      }
    }
  }

  /// A run that begins with a model has the model's tokenizer.
  private static void takeTokenizer(Path model, Path directory) throws IOException {
    Path source = model.resolve("tokenizer.json");
    Path target = directory.resolve("tokenizer.json");
    if (!Files.exists(source)) {
      throw new UsageException(
          "--from %s: expected a model with its tokenizer.json, found none".formatted(model));
    }
    if (!Files.exists(target)) {
      AtomicFile.write(target, Files.readAllBytes(source));
    }
  }

  private static void save(Path directory, DeepSeekModel model, Tokenizer tokenizer) {
    ModelDirectory.Settings settings =
        ModelDirectory.Settings.of(
            DType.F32, tokenizer.beginOfText().orElse(-1), tokenizer.endOfText().orElse(-1));
    ModelDirectory.save(
        directory, model, settings, target -> tokenizer.write(target.resolve("tokenizer.json")));
  }
}
