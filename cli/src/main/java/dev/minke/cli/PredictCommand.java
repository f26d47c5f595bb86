package dev.minke.cli;

import dev.minke.inference.Sampler;
import dev.minke.inference.Sampler.Candidate;
import dev.minke.inference.Session;
import dev.minke.model.AttentionForm;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// Shows what a model expects next.
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = "Show the next tokens that a model expects after a text.",
    footer = {
      "",
      "Examples:",
      "  minke predict runs/quickstart/model \"The capital of France is\"",
      "  minke predict MODEL \"2 + 2 =\" -k 3 --json | jq '.[0].token'"
    })
final class PredictCommand implements Callable<Integer> {
  private static final int BAR = 40;

  @Parameters(index = "0", paramLabel = "MODEL", description = ModelPath.HELP)
  private String model = "";

  @Parameters(index = "1", paramLabel = "TEXT", description = "what comes before")
  private String text = "";

  @Option(
      names = "-k",
      paramLabel = "N",
      defaultValue = "10",
      description = "tokens to show (default: ${DEFAULT-VALUE})")
  private int count;

  @Option(
      names = "--json",
      description = "a JSON array of {\"token\", \"id\", \"probability\"} instead of bars")
  private boolean json;

  @Mixin private MemoryOption memory = new MemoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    if (count < 1) {
      throw new UsageException("-k: expected 1 or more, found " + count);
    }
    try (LoadedModel loaded =
        LoadedModel.open(model, memory.bytes(), spec.commandLine().getErr())) {
      Tokenizer tokenizer = loaded.tokenizer();
      int[] prompt = LoadedModel.prompt(tokenizer, text);
      float[] logits;
      try (Session session = new Session(loaded.model(), loaded.kernels(), prompt.length)) {
        logits = session.append(prompt, AttentionForm.EXPANDED);
      }
      List<Candidate> all = new Sampler(1, 0, 1, 0).candidates(logits);
      print(all.subList(0, Math.min(count, all.size())), tokenizer);
    }
    return Main.OK;
  }

  private void print(List<Candidate> best, Tokenizer tokenizer) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ArrayNode array = JsonMapper.shared().createArrayNode();
      for (Candidate candidate : best) {
        array
            .addObject()
            .put("token", tokenizer.decode(candidate.id()))
            .put("id", candidate.id())
            .put("probability", candidate.probability());
      }
      out.println(JsonMapper.shared().writeValueAsString(array));
      return;
    }
    int width = best.stream().mapToInt(one -> label(tokenizer, one).length()).max().orElse(0);
    for (Candidate candidate : best) {
      String bar = "█".repeat((int) Math.round(candidate.probability() * BAR));
      out.printf(
          "%-" + Math.max(width, 1) + "s  %5.1f %%  %s%n",
          label(tokenizer, candidate),
          100 * candidate.probability(),
          bar);
    }
  }

  private static String label(Tokenizer tokenizer, Candidate candidate) {
    return tokenizer.display(candidate.id());
  }
}
