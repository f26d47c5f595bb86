package dev.minke.server.openai;

import dev.minke.Chat;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.server.dialog.FunctionTools;
import dev.minke.server.dialog.Thinking;
import dev.minke.server.dialog.ToolChoice;
import dev.minke.server.dialog.Toolbox;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ChatRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A request to `/v1/chat/completions`, read and checked.
///
/// @param chat to be answered
/// @param count of answers
/// @param streaming whether they come word by word
/// @param tellsLogProbs whether tokens are told with their log-probabilities
/// @param mostCalls tools that an answer may call
record ChatCall(Chat chat, int count, Streaming streaming, boolean tellsLogProbs, int mostCalls) {
  static final int MOST_ANSWERS = 16;
  private static final int MOST_LOG_PROBS = 20;

  /// @param model that will answer
  /// @param user on whose account
  /// @param patience time for the whole answer
  static ChatCall read(Fields fields, Minke model, String user, Duration patience) {
    MessageReader.Conversation conversation = MessageReader.read(fields);
    Options options = SamplingReader.read(fields, model, user).withPatience(patience);
    boolean tellsLogProbs = fields.flag("logprobs", false);
    int likeliest = fields.integer("top_logprobs", 0, MOST_LOG_PROBS).orElse(0);
    if (likeliest > 0 && !tellsLogProbs) {
      throw ApiException.badField(
          fields.name("top_logprobs"), "expected \"logprobs\": true beside it");
    }
    if (tellsLogProbs) {
      options = options.withLogProbs(likeliest);
    }
    Toolbox tools =
        Toolbox.of(fields, FunctionTools.read(fields, model), ToolChoice.ofChat(fields));
    options = options.withFormat(tools.format(options.format()));
    ChatRequest request =
        new ChatRequest(
            conversation.messages(),
            tools.offered(),
            conversation.ending(),
            variables(fields, model));
    ChatCall call =
        new ChatCall(
            new Chat(request, options),
            fields.integer("n", 1, MOST_ANSWERS).orElse(1),
            Streaming.read(fields),
            tellsLogProbs,
            tools.choice().most());
    refuseOthers(fields);
    fields.end();
    return call;
  }

  /// What the template reads besides: `chat_template_kwargs`, and whether the model shall think, in
  /// the words of several APIs.
  private static Map<String, JsonNode> variables(Fields fields, Minke model) {
    Map<String, JsonNode> variables = new LinkedHashMap<>();
    fields
        .tree("chat_template_kwargs")
        .ifPresent(its ->
            its.properties().forEach(entry -> variables.put(entry.getKey(), entry.getValue())));
    thinks(fields)
        .ifPresent(thinks ->
            Thinking.variables(model, thinks, fields.name("thinking"))
                .forEach(variables::putIfAbsent));
    return variables;
  }

  private static Optional<Boolean> thinks(Fields fields) {
    Optional<Boolean> thinks = Optional.empty();
    Optional<Fields> thinking = fields.object("thinking");
    if (thinking.isPresent()) {
      Fields its = thinking.get();
      String type =
          its.oneOf("type", "enabled", "disabled")
              .orElseThrow(() -> its.missing("type", "\"enabled\" or \"disabled\""));
      its.end();
      thinks = Optional.of(type.equals("enabled"));
    }
    Optional<String> effort =
        fields.oneOf("reasoning_effort", "none", "minimal", "low", "medium", "high");
    if (effort.isPresent() && thinks.isEmpty()) {
      // Models of this kind think or do not: there is no more and less.
      thinks = Optional.of(!effort.get().equals("none") && !effort.get().equals("minimal"));
    }
    return thinks;
  }

  private static void refuseOthers(Fields fields) {
    fields.refuse("functions", "has `tools` instead", "[]");
    fields.refuse("function_call", "has `tool_choice` instead");
    fields.refuse("modalities", "answers in text", "[\"text\"]");
    fields.refuse("audio", "answers in text");
    fields.refuse("prediction", "takes no predictions");
    fields.refuse("store", "stores nothing", "false");
    fields.refuse("metadata", "stores nothing", "{}");
    fields.refuse("web_search_options", "searches nothing");
    fields.refuse("verbosity", "knows no verbosity", "\"medium\"");
    fields.refuse("service_tier", "has one tier", "\"auto\"", "\"default\"");
    fields.refuse("prompt_cache_retention", "keeps prefixes as it has room");
  }
}
