package dev.minke.server.anthropic;

import dev.minke.Chat;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.server.dialog.FunctionTools;
import dev.minke.server.dialog.Thinking;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ChatRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// A request to `/v1/messages`, read and checked.
///
/// @param chat to be answered
/// @param streams whether the answer comes word by word
/// @param mostCalls tools that an answer may call
record MessagesCall(Chat chat, boolean streams, int mostCalls) {
  /// Least that the API lets a budget be.
  private static final int LEAST_BUDGET = 1024;

  /// @param model that will answer
  /// @param user on whose account
  /// @param patience time for the whole answer
  static MessagesCall read(Fields fields, Minke model, String user, Duration patience) {
    int most =
        fields
            .integer("max_tokens", 1, Integer.MAX_VALUE)
            .orElseThrow(() -> fields.missing("max_tokens", "most tokens of the answer"));
    Options options =
        Options.DEFAULT
            .withMaxTokens(most)
            .withTemperature(fields.numberOrNull("temperature", 0, 1))
            .withTopP(fields.numberOrNull("top_p", 0, 1))
            .withTopK(fields.integerOrNull("top_k", 0, Integer.MAX_VALUE))
            .withStops(fields.stops("stop_sequences"))
            .withUser(account(fields, user))
            .withPatience(patience);
    fields.refuse("service_tier", "has one tier", "\"auto\"", "\"standard_only\"");
    fields.refuse("container", "runs nothing");
    boolean streams = fields.flag("stream", false);
    return read(fields, model, options, streams);
  }

  /// Of a request to `/v1/messages/count_tokens`, which says nothing about the answer.
  static MessagesCall ofCount(Fields fields, Minke model, String user) {
    return read(fields, model, Options.DEFAULT.withUser(user), false);
  }

  private static MessagesCall read(Fields fields, Minke model, Options options, boolean streams) {
    boolean single = false;
    List<JsonNode> tools = tools(fields, model);
    Optional<Fields> choice = fields.object("tool_choice");
    if (choice.isPresent()) {
      String type = choice(choice.get());
      single = choice.get().flag("disable_parallel_tool_use", false);
      choice.get().end();
      tools = type.equals("none") ? List.of() : tools;
    }
    TurnReader.Turns turns = TurnReader.read(fields);
    ChatRequest request =
        new ChatRequest(turns.messages(), tools, turns.ending(), variables(fields, model, options));
    // Which prefixes may be cached is a hint; what can be cached is, here.
    fields.tree("cache_control");
    fields.refuse("context_management", "leaves conversations as they are", "{}");
    fields.refuse("mcp_servers", "calls no other servers", "[]");
    fields.refuse("output_config", "knows no efforts and no schemas yet", "{}");
    fields.refuse("output_format", "answers in text");
    fields.end();
    return new MessagesCall(new Chat(request, options), streams, single ? 1 : Integer.MAX_VALUE);
  }

  private static String account(Fields fields, String user) {
    Optional<Fields> metadata = fields.object("metadata");
    if (metadata.isEmpty()) {
      return user;
    }
    String account = user + metadata.get().text("user_id").map(id -> "/" + id).orElse("");
    metadata.get().end();
    return account;
  }

  private static List<JsonNode> tools(Fields fields, Minke model) {
    List<JsonNode> tools = new ArrayList<>();
    for (Fields tool : FunctionTools.each(fields, model)) {
      if (tool.has("type")) {
        tool.requireWord("type", "custom");
      }
      tool.tree("cache_control");
      FunctionTools.refuseStrict(tool);
      tools.add(
          FunctionTools.of(
              tool.requiredText("name"), tool.text("description"), tool.tree("input_schema")));
      tool.end();
    }
    return tools;
  }

  private static String choice(Fields choice) {
    String type =
        choice
            .oneOf("type", "auto", "none", "any", "tool")
            .orElseThrow(() -> choice.missing("type", "\"auto\" or \"none\""));
    if (type.equals("any") || type.equals("tool")) {
      throw ApiException.badField(
          choice.name("type"),
          "this server cannot make a model call a tool; expected \"auto\" or \"none\", found \"%s\""
              .formatted(type));
    }
    return type;
  }

  private static Map<String, JsonNode> variables(Fields fields, Minke model, Options options) {
    Optional<Fields> thinking = fields.object("thinking");
    if (thinking.isEmpty()) {
      return model.knowsThinking()
          ? Thinking.variables(model, false, fields.name("thinking"))
          : Map.of();
    }
    Fields its = thinking.get();
    String type =
        its.oneOf("type", "enabled", "disabled", "adaptive")
            .orElseThrow(() -> its.missing("type", "\"enabled\" or \"disabled\""));
    if (type.equals("enabled")) {
      requireBudget(its, options);
    }
    its.refuse("display", "tells thoughts as they are", "\"summarized\"");
    its.end();
    return Thinking.variables(model, !type.equals("disabled"), fields.name("thinking"));
  }

  /// Models of this kind know no budgets: `max_tokens` is what ends a thought. That a budget is
  /// below it, as the API wants it, leaves an answer room.
  private static void requireBudget(Fields thinking, Options options) {
    OptionalInt budget = thinking.integer("budget_tokens", LEAST_BUDGET, Integer.MAX_VALUE);
    Integer most = options.maxTokens();
    if (budget.isEmpty()) {
      throw thinking.missing("budget_tokens", "a number of %d or more".formatted(LEAST_BUDGET));
    }
    if (most != null && budget.getAsInt() >= most) {
      throw ApiException.badField(
          thinking.name("budget_tokens"),
          "expected fewer than max_tokens, %d, found %d".formatted(most, budget.getAsInt()));
    }
  }

  /// Tokens of the prompt.
  int promptTokens(Minke model) {
    return model.wording().word(chat.request()).ids().length;
  }
}
