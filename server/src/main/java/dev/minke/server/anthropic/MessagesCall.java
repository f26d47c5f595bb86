package dev.minke.server.anthropic;

import dev.minke.Format;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.inference.text.Wording;
import dev.minke.server.answer.Activity;
import dev.minke.server.answer.Delivery;
import dev.minke.server.answer.OneAnswer;
import dev.minke.server.answer.ThoughtBudget;
import dev.minke.server.dialog.FunctionTools;
import dev.minke.server.dialog.Thinking;
import dev.minke.server.dialog.ToolChoice;
import dev.minke.server.dialog.Toolbox;
import dev.minke.server.host.Models;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ChatRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A request to `/v1/messages`, read and checked.
///
/// @param worded what the model reads
/// @param options how the answer is drawn
/// @param streams whether the answer comes word by word
/// @param mostCalls tools that an answer may call
/// @param budget most tokens of a thought; null for as many as the answer may have
record MessagesCall(
    Wording.Worded worded,
    Options options,
    boolean streams,
    int mostCalls,
    @Nullable Integer budget) {
  /// Least that the API lets a budget be.
  private static final int LEAST_BUDGET = 1024;

  private static final Format ANY_TEXT = new Format.Text();

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
    Toolbox tools = Toolbox.of(fields, tools(fields, model), ToolChoice.ofMessages(fields));
    Format format = fields.object("output_config").map(MessagesCall::format).orElse(ANY_TEXT);
    TurnReader.Turns turns = TurnReader.read(fields);
    Optional<Fields> thinking = fields.object("thinking");
    Integer budget = thinking.isPresent() ? budget(thinking.get(), options) : null;
    ChatRequest request =
        new ChatRequest(
            turns.messages(), tools.offered(), turns.ending(), variables(fields, thinking, model));
    // Which prefixes may be cached is a hint; what can be cached is, here.
    fields.tree("cache_control");
    fields.refuse("context_management", "leaves conversations as they are", "{}", "{\"edits\":[]}");
    fields.refuse("mcp_servers", "calls no other servers", "[]");
    fields.refuse("output_format", "has `output_config.format` instead");
    fields.end();
    return new MessagesCall(
        model.wording().word(request),
        options.withFormat(tools.format(format)),
        streams,
        tools.choice().most(),
        budget);
  }

  private static Format format(Fields config) {
    // What the API takes where nothing is said.
    config.refuse("effort", "knows no efforts", "\"high\"");
    Optional<Fields> asked = config.object("format");
    Format format = ANY_TEXT;
    if (asked.isPresent()) {
      Fields its = asked.get();
      its.requireWord("type", "json_schema");
      format =
          new Format.JsonSchema(
              its.tree("schema").orElseThrow(() -> its.missing("schema", "an object")));
      its.end();
    }
    config.end();
    return format;
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
      tools.add(FunctionTools.of(tool, "input_schema"));
      tool.end();
    }
    return tools;
  }

  /// @return most tokens of a thought; null for as many as the answer may have
  private static @Nullable Integer budget(Fields thinking, Options options) {
    String type =
        thinking
            .oneOf("type", "enabled", "disabled", "adaptive")
            .orElseThrow(() -> thinking.missing("type", "\"enabled\" or \"disabled\""));
    thinking.refuse("display", "tells thoughts as they are", "\"summarized\"");
    if (!type.equals("enabled")) {
      thinking.end();
      return null;
    }
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
    thinking.end();
    return budget.getAsInt();
  }

  /// Without `thinking` a model that can be told does not think, as the API has it.
  private static Map<String, JsonNode> variables(
      Fields fields, Optional<Fields> thinking, Minke model) {
    if (thinking.isEmpty() && !model.knowsThinking()) {
      return Map.of();
    }
    boolean thinks =
        thinking.isPresent() && !thinking.get().requiredText("type").equals("disabled");
    return Thinking.variables(model, thinks, fields.name("thinking"));
  }

  /// Has it answered.
  OneAnswer answer(Delivery delivery, Activity activity, Models.Lease lease) {
    Minke model = lease.model();
    if (budget == null) {
      return new OneAnswer(
          delivery,
          activity,
          lease.name(),
          listener ->
              model.submit(worded.ids(), worded.parser(), worded.start(), options, listener),
          mostCalls);
    }
    ThoughtBudget thought = new ThoughtBudget(model, worded, options, budget);
    return new OneAnswer(delivery, activity, lease.name(), thought, mostCalls);
  }
}
