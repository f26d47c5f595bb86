package dev.minke.server.ollama;

import dev.minke.Chat;
import dev.minke.Format;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.server.dialog.AssistantTurn;
import dev.minke.server.dialog.FunctionTools;
import dev.minke.server.dialog.Thinking;
import dev.minke.server.dialog.ToolChoice;
import dev.minke.server.dialog.Toolbox;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reads requests to `/api/chat`.
final class ChatReader {
  private ChatReader() {}

  /// @param model that will answer
  /// @param user on whose account
  /// @param patience time for the whole answer
  static AnswerCall read(Fields fields, Minke model, String user, Duration patience) {
    Options options = OptionsReader.read(fields, model, user, patience);
    Toolbox tools = Toolbox.of(fields, FunctionTools.read(fields, model), ToolChoice.AUTO);
    options = options.withFormat(tools.format(format(fields)));
    Map<String, JsonNode> variables = variables(fields, model);
    List<ChatMessage> messages = new ArrayList<>();
    for (Fields message : fields.objects("messages")) {
      messages.add(message(message));
    }
    boolean streams = fields.flag("stream", true);
    refuseOthers(fields);
    fields.end();
    if (messages.isEmpty()) {
      return new AnswerCall(null, streams);
    }
    // As Ollama has it, a model goes on with an answer that comes last.
    ChatMessage last = messages.getLast();
    boolean goesOn =
        last.role().equals("assistant")
            && !last.content().orElse("").isEmpty()
            && !last.json().has("tool_calls");
    ChatRequest.Ending ending =
        goesOn ? ChatRequest.Ending.CONTINUATION : ChatRequest.Ending.ANSWER;
    Chat chat = new Chat(new ChatRequest(messages, tools.offered(), ending, variables), options);
    return new AnswerCall(listener -> model.submit(chat, listener), streams);
  }

  /// Whether the model shall think: true, false, or how much, of which models here know no more and
  /// less.
  static Map<String, JsonNode> variables(Fields fields, Minke model) {
    Optional<JsonNode> think = fields.any("think");
    if (think.isEmpty()) {
      return Map.of();
    }
    String word = think.get().isString() ? think.get().stringValue() : "";
    boolean known =
        think.get().isBoolean() || List.of("low", "medium", "high", "max").contains(word);
    if (!known) {
      throw ApiException.badField(
          fields.name("think"),
          "expected true, false, low, medium, high or max, found %s".formatted(think.get()));
    }
    boolean thinks = !think.get().isBoolean() || think.get().booleanValue();
    // A model that cannot think has nothing to be switched off.
    return !thinks && !model.wording().style().thoughts()
        ? Map.of()
        : Thinking.variables(model, thinks, fields.name("think"));
  }

  /// `format`: a schema, or `json` for any object.
  static Format format(Fields fields) {
    Optional<JsonNode> asked = fields.any("format");
    if (asked.isPresent() && asked.get().isObject()) {
      return new Format.JsonSchema(asked.get());
    }
    String word = asked.map(found -> found.asString("?")).orElse("");
    return switch (word) {
      case "" -> new Format.Text();
      case "json" -> new Format.JsonObject();
      default ->
          throw ApiException.badField(
              fields.name("format"), "expected \"json\" or a schema, found another value");
    };
  }

  static void refuseOthers(Fields fields) {
    fields.refuse("logprobs", "tells log-probabilities at /v1/chat/completions", "false");
    fields.refuse("top_logprobs", "tells log-probabilities at /v1/chat/completions", "0");
  }

  private static ChatMessage message(Fields fields) {
    String role =
        fields
            .oneOf("role", "system", "user", "assistant", "tool")
            .orElseThrow(() -> fields.missing("role", "who speaks"));
    String content = fields.text("content").orElse("");
    fields.refuse("images", "reads texts alone", "[]");
    if (role.equals("assistant")) {
      AssistantTurn turn = new AssistantTurn();
      turn.reason(fields.text("thinking").orElse(""));
      turn.say(content);
      calls(fields, turn);
      fields.end();
      return turn.message();
    }
    ObjectNode json = JsonMapper.shared().createObjectNode().put("role", role);
    fields.text("tool_call_id").ifPresent(id -> json.put("tool_call_id", id));
    fields.text("tool_name").ifPresent(name -> json.put("name", name));
    fields.refuse("tool_calls", "has calls of the assistant alone", "[]");
    fields.refuse("thinking", "has thoughts of the assistant alone", "\"\"");
    fields.end();
    return new ChatMessage(json.put("content", content));
  }

  private static void calls(Fields fields, AssistantTurn turn) {
    for (Fields call : fields.objects("tool_calls")) {
      String id = call.text("id").orElse("");
      call.oneOf("type", "function");
      Fields function =
          call.object("function").orElseThrow(() -> call.missing("function", "an object"));
      function.integer("index", 0, Integer.MAX_VALUE);
      String arguments = function.tree("arguments").map(JsonNode::toString).orElse("{}");
      turn.call(id, function.requiredText("name"), arguments);
      function.end();
      call.end();
    }
  }
}
