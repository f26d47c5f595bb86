package dev.minke.cli;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.cli.console.Interrupt;
import dev.minke.cli.console.Listeners;
import dev.minke.cli.console.Progress;
import dev.minke.cli.console.RunLedger;
import dev.minke.cli.console.Stages;
import dev.minke.cli.console.Tally;
import dev.minke.cli.report.RunReport;
import dev.minke.data.Corpus;
import dev.minke.data.TokenShard;
import dev.minke.kernel.Kernels;
import dev.minke.ledger.Ledger;
import dev.minke.tensor.DType;
import dev.minke.tokenizer.BpeTrainer;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerRecipe;
import dev.minke.train.GemmPeak;
import dev.minke.train.LedgerListener;
import dev.minke.train.StopReason;
import dev.minke.train.TrainRecipe;
import dev.minke.train.TrainSummary;
import dev.minke.train.Trainer;
import dev.minke.train.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
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
          + " on; so does it after a crash, with the bits of a run that was never disturbed."
    },
    footer = {
      "",
      "Examples:",
      "  minke train tiny -o text=input.txt",
      "  minke train text -o text=my-text.txt -o length.steps=2000 --out runs/long"
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

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Recipes.Recipe read = Recipes.read(recipe, overrides);
    TrainRecipe training = read.training();
    Path directory = out == null ? Path.of("runs", training.name()) : out;
    List<String> documents = TextFiles.documents(read.text());
    Progress progress =
        Progress.on(spec.commandLine().getErr(), "DeepSeek-" + training.model().generation());
    try (Kernels kernels = Backends.openDefault();
        Ledger ledger = RunLedger.open(directory)) {
      Stages stages = new Stages(ledger, training.name());
      Tokenizer tokenizer =
          stages.charge("tokenizer", _ -> tokenizer(training, directory, documents));
      TrainingData data =
          stages.charge("encode", tally -> data(training, tokenizer, documents, tally));
      double peak = stages.charge("probe", _ -> GemmPeak.measure(kernels, PEAK_SECONDS));
      Trainer.Setup setup =
          new Trainer.Setup(
              directory,
              kernels,
              peak,
              new Listeners(
                  List.of(new LedgerListener(ledger, "pretrain", training.name()), progress)));
      try (Trainer trainer = Trainer.open(training, data, setup);
          Interrupt interrupt = Interrupt.requesting(progress, trainer::requestStop)) {
        TrainSummary summary = trainer.run();
        Path report = RunReport.write(directory);
        if (!summary.reason().isSound()) {
          return Main.FAILED;
        }
        save(directory.resolve("model"), trainer, tokenizer);
        progress.say("written", "%s and %s", directory.resolve("model"), report);
        return summary.reason() == StopReason.REQUESTED ? interrupt.code() : Main.OK;
      }
    }
  }

  /// The run's tokenizer: trained at first, read again when the run goes on.
  private static Tokenizer tokenizer(TrainRecipe recipe, Path directory, List<String> documents)
      throws IOException {
    Path file = directory.resolve("tokenizer.json");
    if (Files.exists(file)) {
      return Tokenizer.read(file);
    }
    TokenizerRecipe kind =
        TokenizerRecipe.deepSeekV3(recipe.tokenizer().vocab(), recipe.tokenizer().singleIntegers());
    BpeTrainer bpe = new BpeTrainer(kind);
    Corpus.split(documents, recipe.data().validationShare()).training().forEach(bpe::accept);
    Tokenizer tokenizer = bpe.train();
    tokenizer.write(file);
    return tokenizer;
  }

  private static TrainingData data(
      TrainRecipe recipe, Tokenizer tokenizer, List<String> documents, Tally tally) {
    Corpus corpus = Corpus.split(documents, recipe.data().validationShare());
    Corpus.Encoding encoding =
        new Corpus.Encoding(
            tokenizer::encode,
            tokenizer.identity(),
            tokenizer.vocab(),
            recipe.data().beginOfText() ? tokenizer.beginOfText().orElse(-1) : -1,
            recipe.data().endOfText() ? tokenizer.endOfText().orElse(-1) : -1);
    TokenShard learned = Corpus.encode(corpus.training(), encoding);
    TokenShard heldOut = Corpus.encode(corpus.validation(), encoding);
    tally.add(learned.tokens() + heldOut.tokens(), 0);
    return new TrainingData(learned, heldOut);
  }

  private static void save(Path directory, Trainer trainer, Tokenizer tokenizer) {
    ModelDirectory.Settings settings =
        ModelDirectory.Settings.of(
            DType.F32, tokenizer.beginOfText().orElse(-1), tokenizer.endOfText().orElse(-1));
    ModelDirectory.save(
        directory,
        trainer.model(),
        settings,
        target -> tokenizer.write(target.resolve("tokenizer.json")));
  }
}
