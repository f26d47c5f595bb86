package dev.minke.cli.quickstart;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.cli.chart.SvgChart;
import dev.minke.cli.console.Interrupt;
import dev.minke.cli.console.Listeners;
import dev.minke.cli.console.Progress;
import dev.minke.cli.console.RunLedger;
import dev.minke.cli.console.Stages;
import dev.minke.cli.console.Tally;
import dev.minke.cli.report.RunCharts;
import dev.minke.cli.report.RunReport;
import dev.minke.cli.runs.Run;
import dev.minke.cli.runs.RunRecord;
import dev.minke.data.Corpus;
import dev.minke.data.TokenShard;
import dev.minke.kernel.Kernels;
import dev.minke.ledger.Charge;
import dev.minke.ledger.CostTable;
import dev.minke.ledger.Ledger;
import dev.minke.tensor.DType;
import dev.minke.tokenizer.BpeTrainer;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerRecipe;
import dev.minke.train.GemmPeak;
import dev.minke.train.LedgerListener;
import dev.minke.train.StopReason;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainRecipe;
import dev.minke.train.TrainSummary;
import dev.minke.train.Trainer;
import dev.minke.train.TrainingData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The whole story once: text, tokenizer, training, questions, files.
///
/// | file | holds |
/// |---|---|
/// | `corpus.txt` | the training text, blank lines between documents |
/// | `run/` | the training run: checkpoints and metrics |
/// | `model/` | the model as a Hugging Face directory |
/// | `loss.svg` | the loss over the steps |
/// | `report.html` | all of it as a page |
/// | `ledger.jsonl` | what each stage cost, interrupted and killed runs too |
///
/// | stage of the ledger | what is done |
/// |---|---|
/// | `text` | the sentences are made |
/// | `tokenizer` | it is trained, and the text encoded |
/// | `probe` | the speed of this machine is measured |
/// | `pretrain` | the model is trained |
/// | `5-gram` | both models that count are trained and asked |
/// | `evaluate` | the model is saved, asked, and writes |
///
/// @param directory where everything goes
/// @param plan how large a run
/// @param seed of text, order and initial weights
record Quickstart(Path directory, Plan plan, long seed) {
  /// What is learned from and asked.
  private record Material(FactCorpus facts, Corpus corpus, Tokens tokens, TrainingData data) {}

  /// Whether a model lies here already: the run is then only reported.
  boolean isFinished() {
    return Files.exists(directory.resolve("model").resolve("config.json"));
  }

  /// Trains, or goes on, then saves and reports.
  ///
  /// @return the exit code: 0, 1 if the training failed, that of the signal if it was interrupted
  int run(Kernels kernels, Progress progress, Report report) throws IOException {
    TrainRecipe recipe = plan.recipe(seed);
    World world = World.load();
    try (Ledger ledger = RunLedger.open(directory)) {
      Stages stages = new Stages(ledger, recipe.name());
      FactCorpus facts = stages.charge("text", tally -> FactCorpus.generate(world, seed));
      Material material = stages.charge("tokenizer", tally -> material(facts, recipe, tally));
      progress.say(
          "text",
          "%,d sentences, made here; %d more are held out as questions",
          material.corpus().training().size(),
          facts.heldOut().size());
      progress.say("tokenizer", "%,d tokens, byte-level BPE", material.tokens().size());
      double peak =
          stages.charge("probe", tally -> GemmPeak.measure(kernels, GemmPeak.USUAL_SECONDS));
      List<TrainListener> listeners =
          new ArrayList<>(List.of(progress, new TooSlow(progress, plan.budget())));
      Path run = directory.resolve("run");
      if (!isFinished()) {
        listeners.add(new LedgerListener(ledger, "pretrain", recipe.name()));
        listeners.add(RunRecord.of(run, recipe, kernels));
      }
      var setup = new Trainer.Setup(run, kernels, peak, new Listeners(listeners));
      try (Trainer trainer = Trainer.open(recipe, material.data(), setup)) {
        write("corpus.txt", String.join("\n\n", material.corpus().training()) + "\n");
        TrainSummary summary;
        try (Interrupt interrupt = Interrupt.requesting(progress, trainer::requestStop)) {
          summary = trainer.run();
          if (summary.reason() == StopReason.REQUESTED) {
            return interrupt.code();
          }
        }
        if (summary.reason() != StopReason.COMPLETED) {
          return 1;
        }
        grade(stages, new Candidate(trainer, kernels, material), world, report);
        report.cost(CostTable.of(Charge.all(Ledger.read(directory).entries())));
        RunReport.write(directory);
        report.next(directory);
        return 0;
      }
    }
  }

  private static Material material(FactCorpus facts, TrainRecipe recipe, Tally tally) {
    Corpus corpus = Corpus.split(facts.training(), recipe.data().validationShare());
    TrainRecipe.Tokenizer wanted = recipe.tokenizer();
    var trainer =
        new BpeTrainer(TokenizerRecipe.deepSeekV3(wanted.vocab(), wanted.singleIntegers()));
    corpus.training().forEach(trainer::accept);
    Tokenizer tokenizer = trainer.train();
    var encoding =
        new Corpus.Encoding(
            tokenizer::encode,
            tokenizer.identity(),
            tokenizer.vocab(),
            tokenizer.beginOfText().orElseThrow(),
            tokenizer.endOfText().orElseThrow());
    TokenShard training = Corpus.encode(corpus.training(), encoding);
    TokenShard validation = Corpus.encode(corpus.validation(), encoding);
    tally.add(training.tokens() + validation.tokens(), 0);
    return new Material(
        facts, corpus, new Tokens(tokenizer), new TrainingData(training, validation));
  }

  /// The model after training, with what it was trained on.
  private record Candidate(Trainer trainer, Kernels kernels, Material material) {}

  private void grade(Stages stages, Candidate candidate, World world, Report report)
      throws IOException {
    FactCorpus facts = candidate.material().facts();
    List<String> texts = candidate.material().corpus().training();
    Tokens tokens = candidate.material().tokens();
    Report.Baselines baselines =
        stages.charge(
            "5-gram",
            tally ->
                new Report.Baselines(
                    counted(new Words(texts), texts, facts, tally),
                    counted(tokens, texts, facts, tally)));
    stages.charge(
        "evaluate",
        tally -> {
          if (!isFinished()) {
            save(candidate.trainer(), tokens.tokenizer());
          }
          write(
              "loss.svg",
              SvgChart.file(RunCharts.of(Run.of(directory).metrics()).loss(), 720, 400));
          Exam exam = new Exam(tokens);
          ExpertCounts experts = new ExpertCounts();
          Trainer trainer = candidate.trainer();
          NextToken model = new Learned(trainer.model(), candidate.kernels(), experts, tally);
          report.answers(exam.ask(model, facts.heldOut()), baselines);
          report.control(Exam.accuracy(exam.ask(model, facts.unstated())), facts.chance(world));
          report.founding(exam.ask(model, List.of(facts.founding())).getFirst());
          report.experts(experts.byLayer());
          report.writing(
              new Writing(trainer.model(), candidate.kernels(), tokens, tally).samples(seed));
          return report;
        });
  }

  private static List<Exam.Answer> counted(
      Cutting cutting, List<String> texts, FactCorpus facts, Tally tally) {
    Exam exam = new Exam(cutting);
    return exam.ask(exam.fiveGrams(texts, tally), facts.heldOut());
  }

  private void save(Trainer trainer, Tokenizer tokenizer) {
    ModelDirectory.save(
        directory.resolve("model"),
        trainer.model(),
        ModelDirectory.Settings.of(
            DType.F32, tokenizer.beginOfText().orElseThrow(), tokenizer.endOfText().orElseThrow()),
        target -> tokenizer.write(target.resolve("tokenizer.json")));
  }

  private void write(String name, String text) {
    AtomicFile.write(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }
}
