package dev.minke.cli;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.cli.console.Progress;
import dev.minke.cli.console.RunLedger;
import dev.minke.cli.console.Stages;
import dev.minke.cli.data.RunData;
import dev.minke.ledger.Ledger;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Makes a run's tokenizer and tokens, and does not train.
@Command(
    name = "build",
    mixinStandardHelpOptions = true,
    description = {
      "Make the tokenizer and the tokens of a run, without training.",
      "",
      "What minke train does first. The same recipe then trains with what is there; text that"
          + " changed meanwhile is read anew, until the run has begun."
    },
    footer = {
      "",
      "Examples:",
      "  minke data build tiny -o text=input.txt",
      "  minke data build mix.yaml --out runs/mix && minke data show runs/mix"
    })
final class DataBuildCommand implements Callable<Integer> {
  @Mixin private RecipeOptions options = new RecipeOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Recipes.Recipe read = options.read(null);
    TrainRecipe training = read.training();
    Path directory = options.directory(read);
    Progress progress = Progress.on(spec.commandLine().getErr(), training.name());
    RunData text =
        new RunData(read.sources(), training, read.maxBadShare(), directory, 0, progress);
    text.requireText();
    try (Ledger ledger = RunLedger.open(directory)) {
      Stages stages = new Stages(ledger, training.name());
      Tokenizer tokenizer = stages.charge("tokenizer", _ -> text.tokenizer());
      stages.charge("encode", tally -> text.encode(tokenizer, tally));
    }
    AtomicFile.write(
        directory.resolve("recipe.yaml"), read.resolved().getBytes(StandardCharsets.UTF_8));
    progress.say("written", "%s", RunData.folder(directory));
    return Main.OK;
  }
}
