package dev.minke.cli;

import dev.minke.checkpoint.ModelHeader;
import dev.minke.cli.chat.AnswerView;
import dev.minke.cli.chat.ChatHistory;
import dev.minke.cli.chat.Dialogue;
import dev.minke.cli.chat.Look;
import dev.minke.cli.chat.Reply;
import dev.minke.cli.chat.Settings;
import dev.minke.cli.chat.Talk;
import dev.minke.inference.Engine;
import dev.minke.inference.EngineSettings;
import dev.minke.inference.Precision;
import dev.minke.inference.Stop;
import dev.minke.inference.text.Wording;
import dev.minke.model.decoder.DecoderSize;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.ChatTemplate;
import dev.minke.tokenizer.chat.ToolCall;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
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

/// Talks with a model.
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Talk with a model.",
      "",
      "In a terminal a dialogue: /help lists its commands, Ctrl-C stops an answer, Ctrl-D leaves."
          + " With a QUESTION, or text from a pipe, or both, one answer: what is said to standard"
          + " output, thoughts and remarks to standard error.",
      "",
      "The chat template is the model's own; a model without one continues the text. Settings that"
          + " are not given are those that the model's makers advise, else temperature 0.8, top-p"
          + " 0.95, top-k 40. Products are --fast unless --exact is given."
    },
    footer = {
      "",
      "Examples:",
      "  minke run deepseek-ai/DeepSeek-V2-Lite-Chat",
      "  minke run qwen3-Q4_K_M.gguf \"Why is the sky blue?\" --think off",
      "  git diff | minke run llama3.2:1b \"Write a commit message for this:\"",
      "  minke run MODEL \"2 + 2?\" --temperature 0 --json | jq -r .answer"
    })
final class RunCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = ModelPath.HELP)
  private String model = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "QUESTION",
      description = "to be answered once, without a dialogue")
  private List<String> question = List.of();

  @Option(names = "--system", paramLabel = "TEXT", description = "what stands before everything")
  private String system = "";

  @Option(
      names = {"--temperature", "--temp"},
      paramLabel = "T",
      description = "0 takes the most probable token")
  private @Nullable String temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "keep the fewest tokens with this share")
  private @Nullable String topP;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "keep the K most probable tokens; 0 keeps all")
  private @Nullable String topK;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "keep tokens with this share of the best one's probability")
  private @Nullable String minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      description = "divides the logits of tokens that are there already; 1 is none")
  private @Nullable String repetitionPenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "F",
      description = "subtracted for each time that a token was generated")
  private @Nullable String frequencyPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "P",
      description = "subtracted once if a token was generated")
  private @Nullable String presencePenalty;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description =
          "of the draws; the same seed gives the same answer (default: another each time)")
  private @Nullable String seed;

  @Option(
      names = {"-n", "--max-tokens"},
      paramLabel = "N",
      description = "most tokens of an answer (default: as there is room)")
  private @Nullable String maxTokens;

  @Option(
      names = {"-c", "--context"},
      paramLabel = "N",
      description =
          "most tokens of the conversation (default: as many as the model and the memory have room"
              + " for); memory grows with what is said")
  private int context;

  @Option(
      names = "--think",
      paramLabel = "on|off",
      description = "whether the model thinks first, where its template knows that")
  private @Nullable Thinking thinking;

  @Option(names = "--hide-thinking", description = "do not show thoughts")
  private boolean hidesThoughts;

  @Option(
      names = "--verbose",
      description = "after each answer: tokens, tokens a second, how full the context is")
  private boolean isVerbose;

  @Option(
      names = "--json",
      description =
          "one JSON object at the end: answer, reasoning, tool_calls, stop, prompt_tokens, tokens")
  private boolean isJson;

  @Mixin private PrecisionOption precision = new PrecisionOption();

  @Mixin private MemoryOption memory = new MemoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  private enum Thinking {
    ON,
    OFF
  }

  @Override
  public Integer call() throws IOException {
    requirePossible();
    boolean isDialogue = question.isEmpty() && isTerminal();
    if (isJson && isDialogue) {
      throw new UsageException("--json: expected a question beside it, found none");
    }
    String asked = isDialogue ? "" : asked();
    PrintWriter err = spec.commandLine().getErr();
    try (LoadedModel loaded = LoadedModel.open(model, memory.bytes(), err)) {
      Settings settings = settings(loaded);
      Tokenizer tokenizer = loaded.tokenizer();
      Wording wording = wording(loaded, tokenizer);
      if (thinking != null && !wording.knowsThinking()) {
        throw new UsageException(
            "--think: the template of this model has no switch for it; leave it out");
      }
      Precision chosen = precision.or(Precision.FAST);
      int longest = loaded.model().maxLength();
      int capacity = capacity(context, longest, loaded.room(chosen.cache()));
      if (context == 0 && capacity < longest) {
        err.printf(
            Locale.ROOT,
            "context    %,d tokens have room in memory, the model knows up to %,d%n",
            capacity,
            longest);
      }
      try (Engine engine = loaded.engine(chosen, capacity, EngineSettings.STEP)) {
        Talk talk = new Talk(wording, tokenizer, engine, settings);
        talk.setSystem(system);
        if (isDialogue) {
          hold(talk, facts(loaded, wording));
        } else {
          answer(talk, asked);
        }
      }
    }
    return Main.OK;
  }

  private void requirePossible() {
    if (context < 0 || context == 1) {
      throw new UsageException(
          "--context: expected 2 or more, for a prompt and an answer, found " + context);
    }
  }

  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /// The question, what comes through a pipe behind it.
  private String asked() throws IOException {
    String text = String.join(" ", question);
    if (!isTerminal()) {
      String piped = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
      text = text.isEmpty() || piped.isEmpty() ? text + piped : text + "\n\n" + piped;
    }
    if (text.isBlank()) {
      throw new UsageException("QUESTION: expected one, or a text from a pipe, found none");
    }
    return text;
  }

  /// Most tokens of the conversation.
  ///
  /// @param asked 0 for as many as there can be
  /// @param longest that the model knows
  /// @param room that there is memory for
  static int capacity(int asked, int longest, int room) {
    if (asked > longest) {
      throw new UsageException(
          "--context: expected at most the %,d tokens of the model, found %,d"
              .formatted(longest, asked));
    }
    if (asked > room) {
      throw new UsageException(
          "--context: expected at most the %,d tokens that memory has room for, found %,d"
              .formatted(room, asked));
    }
    return asked == 0 ? Math.min(longest, room) : asked;
  }

  private Settings settings(LoadedModel loaded) {
    ModelHeader header = ModelHeader.read(loaded.stored().path());
    Settings settings =
        Settings.advised(
            header.notes().generation(), RandomGenerator.getDefault().nextInt(1, 1 << 30));
    try {
      settings = changed(settings, "temperature", temperature);
      settings = changed(settings, "top-p", topP);
      settings = changed(settings, "top-k", topK);
      settings = changed(settings, "min-p", minP);
      settings = changed(settings, "repetition-penalty", repetitionPenalty);
      settings = changed(settings, "frequency-penalty", frequencyPenalty);
      settings = changed(settings, "presence-penalty", presencePenalty);
      settings = changed(settings, "seed", seed);
      settings = changed(settings, "max-tokens", maxTokens);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage(), e);
    }
    return thinking == null ? settings : settings.withThinking(thinking == Thinking.ON);
  }

  private static Settings changed(Settings settings, String name, @Nullable String value) {
    return value == null ? settings : settings.with(name, value);
  }

  private Wording wording(LoadedModel loaded, Tokenizer tokenizer) throws IOException {
    Optional<ChatTemplate> template = loaded.stored().chatTemplate(Clock.systemDefaultZone());
    if (template.isPresent()) {
      return new Wording.ByTemplate(template.get(), tokenizer);
    }
    spec.commandLine()
        .getErr()
        .println("template   none: this model was not made for talks, it continues your text");
    return new Wording.Plain(tokenizer);
  }

  private static List<String> facts(LoadedModel loaded, Wording wording) {
    return List.of(
        String.format(
            Locale.ROOT,
            "model      %s, %s, %,d parameters, %.2f GB",
            loaded.stored().path(),
            loaded.stored().config().architecture().ggufName(),
            new DecoderSize(loaded.stored().config()).parts().total(),
            loaded.stored().bytes() / 1e9),
        "template   "
            + switch (wording) {
              case Wording.ByTemplate _ -> "the model's own";
              case Wording.Plain _ -> "none, it continues your text";
            });
  }

  private void hold(Talk talk, List<String> facts) throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      boolean isAnsi =
          !terminal.getType().startsWith(Terminal.TYPE_DUMB) && System.getenv("NO_COLOR") == null;
      ChatHistory history = ChatHistory.ofThisProcess();
      Dialogue dialogue =
          new Dialogue(
              terminal,
              talk,
              new Dialogue.Setup(model, facts, history.file(), isVerbose, hidesThoughts),
              new Look(isAnsi));
      dialogue.greet();
      dialogue.hold();
    }
  }

  private void answer(Talk talk, String text) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    boolean isTerminal = isTerminal();
    AnswerView.Place place =
        new AnswerView.Place(
            isJson ? new PrintWriter(PrintWriter.nullWriter()) : out,
            err,
            isTerminal,
            hidesThoughts || isJson,
            new Look(Boolean.getBoolean("minke.terminal") && System.getenv("NO_COLOR") == null));
    Reply reply;
    try (AnswerView view = new AnswerView(place)) {
      reply = talk.say(text, view);
    }
    if (isJson) {
      out.println(JsonMapper.shared().writeValueAsString(json(reply)));
    }
    if (reply.stop() == Stop.LENGTH) {
      err.println("cut off   after %,d tokens".formatted(reply.tokens()));
    }
    if (isVerbose) {
      err.println(reply.statistics(talk.capacity()));
    }
  }

  private static ObjectNode json(Reply reply) {
    ObjectNode object = JsonMapper.shared().createObjectNode();
    object.put("answer", reply.answer().content());
    object.put("reasoning", reply.answer().reasoning());
    ArrayNode calls = object.putArray("tool_calls");
    for (ToolCall call : reply.answer().toolCalls()) {
      calls.addObject().put("name", call.name()).put("arguments", call.arguments());
    }
    object.put("stop", reply.stop().name().toLowerCase(Locale.ROOT));
    object.put("prompt_tokens", reply.promptTokens());
    object.put("tokens", reply.tokens());
    return object;
  }
}
