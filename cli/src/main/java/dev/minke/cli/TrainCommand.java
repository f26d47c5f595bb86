package dev.minke.cli;

import dev.minke.backend.Backends;
import dev.minke.cli.console.Progress;
import dev.minke.cli.console.RunLedger;
import dev.minke.cli.console.Stages;
import dev.minke.kernel.Kernels;
import dev.minke.ledger.Ledger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
      "  minke train text -o text=my-text.txt --budget 2h",
      "  minke train text -o text=my-text.txt --budget 20Mtok -o model.dim=256",
      "  minke train text -o text=more.txt --from runs/long/model --out runs/more"
    })
final class TrainCommand implements Callable<Integer> {
  @Mixin private RecipeOptions options = new RecipeOptions();

  @Option(
      names = "--from",
      paramLabel = "MODEL",
      description =
          "go on from the weights and the tokenizer of this model directory; its sizes stand in"
              + " the place of the recipe's")
  private @Nullable Path from;

  @Option(
      names = "--budget",
      paramLabel = "BUDGET",
      converter = Budget.Converter.class,
      description = {
        "what the training may take: a time, 90s, 20m or 2h, or tokens to learn from, 500ktok,"
            + " 5Mtok or 1Gtok. It chooses the sizes, in the recipe's proportions (as the dial"
            + " reduce turns them), and the number of steps, by the rule of"
            + " docs/experiments/scaling.md; the learning rate follows the width. What -o sets"
            + " stays as it is set."
      })
  private @Nullable Budget budget;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    RecipeDraft draft = options.draft(from);
    Recipes.Recipe read = draft.recipe();
    Path directory = options.directory(read);
    Progress progress =
        Progress.on(
            spec.commandLine().getErr(), read.training().model().architecture().modelType());
    for (TrainingPhase phase : phases(read, directory, progress)) {
      phase.requireText();
    }
    try (Kernels kernels = Backends.openDefault();
        Ledger ledger = RunLedger.open(directory)) {
      ProductPeak peak = new ProductPeak(kernels, new Stages(ledger, read.training().name()));
      if (budget != null) {
        double speed = BudgetSpeed.of(directory, budget, peak);
        BudgetPlan plan = BudgetPlan.choose(draft, budget, speed);
        progress.say("budget", "%s", plan.words(budget, speed));
        read = plan.recipe();
      }
      List<TrainingPhase> phases = phases(read, directory, progress);
      for (TrainingPhase phase : phases) {
        if (phases.size() > 1) {
          progress.say(
              "phase",
              "%d of %d, %s",
              phases.indexOf(phase) + 1,
              phases.size(),
              phase.recipe().training().name());
        }
        int code = phase.run(kernels, peak, ledger);
        if (code != Main.OK) {
          return code;
        }
      }
      return Main.OK;
    }
  }

  private List<TrainingPhase> phases(Recipes.Recipe read, Path directory, Progress progress) {
    List<TrainingPhase> phases = new ArrayList<>();
    phases.add(new TrainingPhase(read, directory, from, progress));
    for (Recipes.Recipe later : read.then()) {
      Path place = directory.resolve(later.training().name());
      phases.add(new TrainingPhase(later, place, phases.getLast().model(), progress));
    }
    return phases;
  }
}
