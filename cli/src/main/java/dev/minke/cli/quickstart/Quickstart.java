package dev.minke.cli.quickstart;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.data.Corpus;
import dev.minke.kernel.Kernels;
import dev.minke.ledger.Charge;
import dev.minke.ledger.CostTable;
import dev.minke.ledger.Ledger;
import dev.minke.tensor.DType;
import dev.minke.tokenizer.BpeTrainer;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerRecipe;
import dev.minke.train.GemmPeak;
import dev.minke.train.StopReason;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainRecipe;
import dev.minke.train.TrainSummary;
import dev.minke.train.Trainer;
import dev.minke.train.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole story once: text, tokenizer, training, questions, files.
///
/// | file | holds |
/// |---|---|
/// | `corpus.txt` | the training text, a document a line |
/// | `run/` | the training run: checkpoints and metrics |
/// | `model/` | the model as a Hugging Face directory |
/// | `loss.svg` | the loss over the steps |
/// | `ledger.jsonl` | what the training cost, interrupted and killed runs too |
final class Quickstart {
  /// Time for the compiler to make the products fast, too.
  private static final double PEAK_SECONDS = 2;

  private static final long SAVING_SECONDS = 60;

  private final Path directory;
  private final TrainRecipe recipe;
  private final FactCorpus facts;
  private final World world = World.load();
  private final Corpus corpus;
  private final Tokenizer tokenizer;

  /// Makes the text and the tokenizer, both from the seed.
  Quickstart(Path directory, TrainRecipe recipe) {
    this.directory = directory;
    this.recipe = recipe;
    this.facts = FactCorpus.generate(world, recipe.seed());
    this.corpus = Corpus.split(facts.training(), recipe.data().validationShare());
    TrainRecipe.Tokenizer wanted = recipe.tokenizer();
    var trainer =
        new BpeTrainer(TokenizerRecipe.deepSeekV3(wanted.vocab(), wanted.singleIntegers()));
    corpus.training().forEach(trainer::accept);
    this.tokenizer = trainer.train();
  }

  /// Whether a model lies here already: the run is then only reported.
  boolean isFinished() {
    return Files.exists(directory.resolve("model").resolve("config.json"));
  }

  /// Trains, or goes on, then saves and reports.
  ///
  /// @return how the run ended
  StopReason run(Kernels kernels, Progress progress, Report report) throws IOException {
    progress.text(corpus.training().size(), facts.heldOut().size(), tokenizer.vocab());
    double peak = GemmPeak.measure(kernels, PEAK_SECONDS);
    try (Ledger ledger = Ledger.open(directory, InstantSource.system())) {
      TrainListener listener =
          isFinished() ? progress : new Charged(ledger.start("pretrain", recipe.name()), progress);
      var setup = new Trainer.Setup(directory.resolve("run"), kernels, peak, listener);
      try (Trainer trainer = Trainer.open(recipe, data(), setup)) {
        write("corpus.txt", String.join("\n", corpus.training()) + "\n");
        TrainSummary summary = train(trainer);
        if (summary.reason() == StopReason.COMPLETED) {
          finish(trainer, kernels, report);
        }
        return summary.reason();
      }
    }
  }

  /// A stop asked for from outside (Ctrl-C) saves before the process ends.
  private static TrainSummary train(Trainer trainer) {
    CountDownLatch done = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              trainer.requestStop();
              try {
                if (!done.await(SAVING_SECONDS, TimeUnit.SECONDS)) {
                  return;
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "minke-save");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return trainer.run();
    } finally {
      done.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is on its way out: the hook has done its work.
      }
    }
  }

  private TrainingData data() {
    var encoding =
        new Corpus.Encoding(
            tokenizer::encode,
            tokenizer.identity(),
            tokenizer.vocab(),
            tokenizer.beginOfText().orElseThrow(),
            tokenizer.endOfText().orElseThrow());
    return new TrainingData(
        Corpus.encode(corpus.training(), encoding), Corpus.encode(corpus.validation(), encoding));
  }

  private void finish(Trainer trainer, Kernels kernels, Report report) throws IOException {
    if (!isFinished()) {
      ModelDirectory.save(
          directory.resolve("model"),
          trainer.model(),
          ModelDirectory.Settings.of(
              DType.F32,
              tokenizer.beginOfText().orElseThrow(),
              tokenizer.endOfText().orElseThrow()),
          target -> tokenizer.write(target.resolve("tokenizer.json")));
    }
    List<JsonNode> steps = metrics();
    write("loss.svg", LossCurve.svg(steps.stream().map(s -> s.path("loss").asDouble()).toList()));
    Exam exam = new Exam(tokenizer);
    ExpertCounts experts = new ExpertCounts();
    NextToken model = new Learned(trainer.model(), kernels, experts);
    NextToken grams = exam.fiveGrams(corpus.training());
    report.answers(exam.ask(model, facts.heldOut()), exam.ask(grams, facts.heldOut()));
    report.control(Exam.accuracy(exam.ask(model, facts.unstated())), facts.chance(world));
    report.founding(exam.ask(model, List.of(facts.founding())).getFirst());
    report.experts(experts.byLayer());
    report.writing(new Writing(trainer.model(), kernels, exam).samples(recipe.seed()));
    report.cost(CostTable.of(Charge.all(Ledger.read(directory).entries())));
    report.next(directory);
  }

  /// The lines of the steps, those before an interruption included.
  private List<JsonNode> metrics() throws IOException {
    List<JsonNode> steps = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("run").resolve("metrics.jsonl"))) {
      JsonNode node = JsonMapper.shared().readTree(line);
      if (node.has("loss")) {
        steps.add(node);
      }
    }
    return steps;
  }

  private void write(String name, String text) {
    try {
      Files.createDirectories(directory);
      Path file = directory.resolve(name);
      Path partial = directory.resolve("." + name + ".partial");
      Files.writeString(partial, text);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: expected a directory that can be written, found %s; choose another with --out"
              .formatted(directory, e),
          e);
    }
  }
}
