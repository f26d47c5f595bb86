package dev.minke.cli;

import dev.minke.inference.AwaitedAnswer;
import dev.minke.inference.Choice;
import dev.minke.inference.Ending;
import dev.minke.inference.Engine;
import dev.minke.inference.LogProbs;
import dev.minke.inference.LogitRules;
import dev.minke.inference.Precision;
import dev.minke.inference.Request;
import dev.minke.inference.Sampler;
import dev.minke.inference.TokenListener;
import dev.minke.tokenizer.Decoder;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Continues a prompt.
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Continue a text; what is written appears at once.",
    footer = {
      "",
      "Examples:",
      "  minke generate runs/quickstart/model --prompt \"The capital of France\"",
      "  minke generate MODEL --prompt \"Once\" -n 200 --temp 0.8 --top-p 0.95 --seed 7"
    })
final class GenerateCommand implements Callable<Integer> {
  /// Nobody watches a prompt being read: as much of it passes at once as can.
  private static final Duration UNHURRIED = Duration.ofHours(1);

  @Parameters(paramLabel = "MODEL", description = ModelPath.HELP)
  private String model = "";

  @Option(names = "--prompt", paramLabel = "TEXT", description = "what to continue")
  private @Nullable String prompt;

  @Option(
      names = "--ids",
      split = ",",
      paramLabel = "ID",
      description = "what to continue, as token ids; nothing is put before them")
  private int[] promptIds = {};

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "64",
      description = "most tokens to generate (default: ${DEFAULT-VALUE})")
  private int tokens;

  @Option(
      names = "--temp",
      paramLabel = "T",
      defaultValue = "0",
      description = "temperature; 0 takes the most probable token (default: ${DEFAULT-VALUE})")
  private double temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "1",
      description = "keep the fewest tokens with this share (default: ${DEFAULT-VALUE})")
  private double topP;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      defaultValue = "0",
      description = "keep the K most probable tokens; 0 keeps all (default: ${DEFAULT-VALUE})")
  private int topK;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "keep tokens with this share of the best one's probability (default: ${DEFAULT-VALUE})")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      defaultValue = "1",
      description =
          "divides the logits of tokens that are there already; 1 is none (default:"
              + " ${DEFAULT-VALUE})")
  private double repetitionPenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "F",
      defaultValue = "0",
      description =
          "subtracted for each time that a token was generated (default: ${DEFAULT-VALUE})")
  private double frequencyPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "P",
      defaultValue = "0",
      description = "subtracted once if a token was generated (default: ${DEFAULT-VALUE})")
  private double presencePenalty;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "of the draws; the same seed gives the same text (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(names = "--json", description = "one JSON object at the end: text, ids, stop")
  private boolean json;

  @Mixin private PrecisionOption precision = new PrecisionOption();

  @Mixin private MemoryOption memory = new MemoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    if (tokens < 1) {
      throw new UsageException("-n: expected 1 or more, found " + tokens);
    }
    requireOnePrompt();
    Choice choice = choice();
    PrintWriter out = spec.commandLine().getOut();
    try (LoadedModel loaded =
        LoadedModel.open(model, memory.bytes(), spec.commandLine().getErr())) {
      Tokenizer tokenizer = loaded.tokenizer();
      Decoder decoder = tokenizer.decoder();
      int[] ids = prompt == null ? promptIds : LoadedModel.prompt(tokenizer, prompt);
      requireRoom(ids.length, loaded.model().maxLength());
      String before = accept(decoder, ids);
      String shown = prompt == null ? before : prompt;
      if (!json) {
        out.print(shown);
        out.flush();
      }
      Writer writer = new Writer(decoder, json ? null : out);
      AwaitedAnswer answer = new AwaitedAnswer(writer);
      try (Engine engine =
          loaded.engine(precision.or(Precision.FAST), ids.length + tokens, UNHURRIED)) {
        engine.submit(new Request(ids, tokens, tokenizer.endsOfAnswer(), choice), answer);
        answer.ending();
      }
      out.println(json ? describe(shown, writer.text.toString(), answer) : "");
    }
    return Main.OK;
  }

  private void requireOnePrompt() {
    if ((prompt == null) == (promptIds.length == 0)) {
      throw new UsageException(
          "--prompt or --ids: expected one of them, found "
              + (prompt == null ? "neither" : "both"));
    }
  }

  /// A space before the text is the tokenizer's own, one behind the prompt is not: so the decoder
  /// sees the prompt first.
  ///
  /// @return the text of the prompt
  private static String accept(Decoder decoder, int[] ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.accept(id));
    }
    return text.toString();
  }

  /// Before the prompt is shown: what stands on the terminal cannot be taken back.
  private void requireRoom(int prompted, int longest) {
    if (prompted + tokens > longest) {
      throw new UsageException(
          "-n: expected at most %d, for the model has room for %d tokens and the prompt has %d, found %d"
              .formatted(Math.max(0, longest - prompted), longest, prompted, tokens));
    }
  }

  private Choice choice() {
    try {
      return new Choice(
          new Sampler(temperature, topK, topP, minP, seed),
          new LogitRules(repetitionPenalty, 0, frequencyPenalty, presencePenalty, Map.of()));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String describe(String prompt, String text, AwaitedAnswer answer) {
    ObjectNode object = JsonMapper.shared().createObjectNode();
    object.put("prompt", prompt);
    object.put("text", text);
    ArrayNode ids = object.putArray("ids");
    for (int id : answer.ids()) {
      ids.add(id);
    }
    object.put("stop", answer.ending().stop().name().toLowerCase(Locale.ROOT));
    return JsonMapper.shared().writeValueAsString(object);
  }

  /// Tokens to text, shown as it comes. The engine answers nobody else: if whoever reads is slow,
  /// the answer is.
  private static final class Writer implements TokenListener {
    private final Decoder decoder;
    private final @Nullable PrintWriter out;
    private final StringBuilder text = new StringBuilder();

    /// @param decoder has seen the prompt
    /// @param out null if it is not shown
    private Writer(Decoder decoder, @Nullable PrintWriter out) {
      this.decoder = decoder;
      this.out = out;
    }

    @Override
    public boolean writes(int id, @Nullable LogProbs logProbs) {
      return write(decoder.accept(id));
    }

    private boolean write(String piece) {
      text.append(piece);
      if (out == null) {
        return true;
      }
      out.print(piece);
      return !out.checkError();
    }

    @Override
    public void ended(Ending ending) {
      write(decoder.finish());
    }

    @Override
    public void failed(Throwable cause) {}
  }
}
