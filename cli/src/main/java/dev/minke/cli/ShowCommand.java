package dev.minke.cli;

import dev.minke.checkpoint.ModelDirectory;
import dev.minke.cli.show.ModelFacts;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.train.MemoryEstimate;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// Says what a model comes to.
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Show what a model comes to, before anything is allocated.",
      "",
      "Parameters by part, operations of a token, bytes of the cache, memory for training and"
          + " inference. From a recipe, or from the config.json of a model; weights are not read"
          + " and need not be there. Memory for activations is an estimate, held to a fifth."
    },
    footer = {
      "",
      "Examples:",
      "  minke show tiny",
      "  minke show runs/tiny/model --batch 8 --length 512",
      "  minke show DeepSeek-V3/config.json --json"
    })
final class ShowCommand implements Callable<Integer> {
  private static final String CONFIG = "config.json";
  private static final int USUAL_LENGTH = 2048;

  @Parameters(
      paramLabel = "MODEL|RECIPE",
      description = "directory of a model or a run, a config.json, or a recipe by name or file")
  private String subject = "";

  @Option(
      names = "-o",
      paramLabel = "KEY=VALUE",
      description = "change a key of the recipe; may be given several times")
  private List<String> overrides = List.of();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "rows at once (default: the recipe's microRows, or 1)")
  private int batch;

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "tokens of a row (default: the recipe's, or at most 2048)")
  private int length;

  @Option(names = "--json", description = "as JSON, nothing rounded")
  private boolean isJson;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    requirePositive("--batch", batch);
    requirePositive("--length", length);
    ModelFacts facts = facts();
    PrintWriter out = spec.commandLine().getOut();
    if (isJson) {
      out.println(
          JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(facts.json()));
    } else {
      facts.lines().forEach(out::println);
    }
    return Main.OK;
  }

  /// An option that was not given is 0.
  private void requirePositive(String option, int found) {
    if (found < 0 || (found == 0 && spec.commandLine().getParseResult().hasMatchedOption(option))) {
      throw new ParameterException(
          spec.commandLine(), "%s: expected 1 or more, found %d".formatted(option, found));
    }
  }

  private ModelFacts facts() throws IOException {
    Path path = Path.of(subject);
    for (Path file : List.of(path, path.resolve(CONFIG), path.resolve("model").resolve(CONFIG))) {
      if (Files.isRegularFile(file) && file.toString().endsWith(".json")) {
        DecoderConfig config = ModelDirectory.sizes(file);
        int usual = Math.min(USUAL_LENGTH, config.positions().maxLength());
        return facts(config, 1, usual, MemoryEstimate.Choices.PLAIN);
      }
    }
    TrainRecipe recipe = Recipes.read(subject, overrides).training();
    return facts(
        recipe.model().config(recipe.tokenizer().vocab()),
        recipe.batch().microRows(),
        recipe.data().rowTokens(),
        MemoryEstimate.Choices.of(recipe));
  }

  private ModelFacts facts(
      DecoderConfig config, int usualBatch, int usualLength, MemoryEstimate.Choices choices) {
    return new ModelFacts(
        config, batch == 0 ? usualBatch : batch, length == 0 ? usualLength : length, choices);
  }
}
