package dev.minke.cli;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.ModelHeader;
import dev.minke.cli.show.ModelFacts;
import dev.minke.cli.show.ModelSummary;
import dev.minke.cli.show.SummaryJson;
import dev.minke.train.MemoryEstimate;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// Says what a model is and what it comes to.
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Show what a model is and what it comes to, from headers alone.",
      "",
      "Of a model: architecture, parameters by part, bytes by type, the cache, memory at a length,"
          + " tokenizer, chat template, licence. A model that is not supported is described as far"
          + " as its files go, and refused. Of a recipe or a config.json: what it comes to before"
          + " anything is allocated. Memory for activations is an estimate, held to a fifth."
    },
    footer = {
      "",
      "Examples:",
      "  minke show tiny",
      "  minke show runs/tiny/model --batch 8 --length 512",
      "  minke show DeepSeek-V3-Q4_K_M-00001-of-00009.gguf",
      "  minke show DeepSeek-V3/config.json --json"
    })
final class ShowCommand implements Callable<Integer> {
  private static final int USUAL_LENGTH = 4096;

  @Parameters(
      paramLabel = "MODEL|RECIPE",
      description =
          ModelPath.HELP + "; a run's directory, a config.json; or a recipe by name or file")
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
      description = "tokens of a row (default: the recipe's, or at most 4096)")
  private int length;

  @Option(
      names = "--json",
      description = "as JSON, nothing rounded, every tensor too; long lists are only counted")
  private boolean isJson;

  @Option(names = "--template", description = "print the chat template instead")
  private boolean isTemplate;

  @Option(names = "--tensors", description = "list every tensor instead: type, shape, bytes")
  private boolean isTensors;

  @Option(names = "--metadata", description = "list what the files say instead, key by key")
  private boolean isMetadata;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    requirePositive("--batch", batch);
    requirePositive("--length", length);
    requireOneForm();
    Path model = ModelPath.ofThisProcess().ofModelOrRecipe(subject).orElse(null);
    if (model == null) {
      showRecipe();
      return Main.OK;
    }
    ModelHeader header = ModelHeader.read(model);
    Long most = header.notes().contextLength();
    long usual = Math.clamp(most == null ? USUAL_LENGTH : most, 1, USUAL_LENGTH);
    ModelSummary summary =
        new ModelSummary(header, batch == 0 ? 1 : batch, length == 0 ? (int) usual : length);
    if (isTemplate) {
      print(List.of(template(header)));
    } else if (isTensors) {
      print(summary.tensors());
    } else if (isMetadata) {
      print(summary.metadata());
    } else {
      print(isJson ? json(SummaryJson.of(summary)) : summary.lines());
      if (header.refusal() != null) {
        throw new CheckpointException(header.refusal());
      }
    }
    return Main.OK;
  }

  private void requireOneForm() {
    long forms = Stream.of(isJson, isTemplate, isTensors, isMetadata).filter(form -> form).count();
    if (forms > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "expected one of --json, --template, --tensors and --metadata, found " + forms);
    }
  }

  private static String template(ModelHeader header) {
    String template = header.notes().chatTemplate();
    if (template == null) {
      throw new CheckpointException(header.path() + ": expected a chat template, found none");
    }
    return template;
  }

  private void showRecipe() throws IOException {
    if (isTemplate || isTensors || isMetadata) {
      throw new UsageException(
          subject + ": expected a model for --template, --tensors or --metadata, found a recipe");
    }
    TrainRecipe recipe = Recipes.read(subject, overrides).training();
    ModelFacts facts =
        new ModelFacts(
            recipe.model().config(recipe.tokenizer().vocab()),
            batch == 0 ? recipe.batch().microRows() : batch,
            length == 0 ? recipe.data().rowTokens() : length,
            MemoryEstimate.Choices.of(recipe));
    print(isJson ? json(facts.json()) : facts.lines());
  }

  private void print(List<String> lines) {
    PrintWriter out = spec.commandLine().getOut();
    lines.forEach(out::println);
  }

  private static List<String> json(Map<String, Object> facts) {
    return List.of(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(facts));
  }

  /// An option that was not given is 0.
  private void requirePositive(String option, int found) {
    if (found < 0 || (found == 0 && spec.commandLine().getParseResult().hasMatchedOption(option))) {
      throw new ParameterException(
          spec.commandLine(), "%s: expected 1 or more, found %d".formatted(option, found));
    }
  }
}
