package dev.minke.tokenizer.chat;

import dev.minke.tokenizer.jinja.JinjaTemplate;
import dev.minke.tokenizer.jinja.Limits;
import dev.minke.tokenizer.jinja.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.StringNode;

/// How a checkpoint wants conversations written, compiled. Immutable and safe for many threads.
public final class ChatTemplate {
  /// The name of the template for conversations with tools, where a checkpoint has several.
  private static final String FOR_TOOLS = "tool_use";

  private static final String DEFAULT = "default";

  private final Map<String, JinjaTemplate> templates = new LinkedHashMap<>();
  private final Map<String, AnswerStyle> styles = new LinkedHashMap<>();
  private final Map<String, String> sources;
  private final Map<String, String> tokens;
  private final Clock clock;

  /// Null where the template knows no tool calls.
  private final @Nullable CallShape shape;

  /// @param file where the templates come from, for messages
  /// @param sources by their names
  ChatTemplate(String file, Map<String, String> sources, Map<String, String> tokens, Clock clock) {
    if (!sources.containsKey(DEFAULT)) {
      throw new TemplateException(
          "%s: has the chat templates %s, expected one named \"default\""
              .formatted(file, sources.keySet()));
    }
    sources.forEach((name, source) -> {
      String title = name.equals(DEFAULT) ? file : file + " (" + name + ")";
      templates.put(name, JinjaTemplate.compile(title, source));
      styles.put(name, AnswerStyle.of(source));
    });
    this.sources = Map.copyOf(sources);
    this.tokens = Map.copyOf(tokens);
    this.clock = clock;
    shape = CallShape.of(this::textOrNothing).orElse(null);
  }

  private String textOrNothing(ChatRequest request) {
    try {
      return render(request, Limits.small()).text();
    } catch (TemplateException _) {
      return "";
    }
  }

  /// Compiles a template.
  ///
  /// @param name where it comes from, for messages
  /// @param tokens what the template can read, such as `bos_token`
  /// @param clock what a template reads that writes the date
  /// @throws TemplateException where it is no Jinja, or uses what is not implemented
  public static ChatTemplate compile(
      String name, String source, Map<String, String> tokens, Clock clock) {
    return new ChatTemplate(name, Map.of(DEFAULT, source), tokens, clock);
  }

  /// Reads the template of a checkpoint: from `chat_template.jinja` and the folder
  /// `chat_templates`, else from `tokenizer_config.json`, else from `chat_template.json`.
  ///
  /// @param directory with the files of the checkpoint
  /// @return empty where it has none: a base model
  /// @throws TemplateException where it is no Jinja, or uses what is not implemented
  /// @throws dev.minke.tokenizer.TokenizerException where a file is damaged
  public static Optional<ChatTemplate> read(Path directory, Clock clock) throws IOException {
    return new ChatTemplateFiles(directory).read(clock);
  }

  /// The source of the template for conversations without tools.
  public String source() {
    return sources.getOrDefault(DEFAULT, "");
  }

  /// A message in the shape in which this template writes tool calls: arguments as a text or as an
  /// object, nothing said as null or as an empty text. [#render] itself changes no message.
  public ChatMessage fitted(ChatMessage message) {
    return shape == null ? message : shape.fitted(message);
  }

  /// The prompt of a conversation.
  ///
  /// @throws TemplateException where the template refuses it, or the message to be continued does
  ///   not appear in the text
  public Prompt render(ChatRequest request) {
    return render(request, Limits.standard());
  }

  private Prompt render(ChatRequest request, Limits limits) {
    String name =
        templates.containsKey(FOR_TOOLS) && !request.tools().isEmpty() ? FOR_TOOLS : DEFAULT;
    JinjaTemplate template = templates.get(name);
    AnswerStyle style = styles.get(name);
    if (template == null || style == null) {
      throw new IllegalStateException("no template " + name);
    }
    AnswerStyle expected = request.tools().isEmpty() ? style.withoutCalls() : style;
    if (request.ending() == ChatRequest.Ending.CONTINUATION) {
      Continuation continuation = Continuation.of(request.messages());
      String text = continuation.cut(rendered(template, request, continuation.messages(), limits));
      return new Prompt(text, expected, continuation.thought(text));
    }
    List<JsonNode> messages = new ArrayList<>();
    request.messages().forEach(message -> messages.add(message.json()));
    String text = rendered(template, request, messages, limits);
    return new Prompt(text, expected, Continuation.thoughtAfter(text, ThoughtStart.POSSIBLE));
  }

  private String rendered(
      JinjaTemplate template, ChatRequest request, List<JsonNode> messages, Limits limits) {
    Map<String, JsonNode> variables = new LinkedHashMap<>();
    tokens.forEach((name, token) -> variables.put(name, StringNode.valueOf(token)));
    variables.putAll(request.variables());
    variables.put("messages", array(messages));
    variables.put(
        "tools", request.tools().isEmpty() ? NullNode.getInstance() : array(request.tools()));
    variables.put("documents", NullNode.getInstance());
    variables.put(
        "add_generation_prompt",
        BooleanNode.valueOf(request.ending() == ChatRequest.Ending.ANSWER));
    return template.render(variables, clock, limits);
  }

  private static ArrayNode array(List<JsonNode> elements) {
    return JsonNodeFactory.instance.arrayNode().addAll(elements);
  }
}
