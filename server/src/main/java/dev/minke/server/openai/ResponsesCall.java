package dev.minke.server.openai;

import dev.minke.Chat;
import dev.minke.Format;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.inference.Overflow;
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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/// A request to `/v1/responses`, read and checked.
///
/// @param chat to be answered
/// @param streams whether the answer comes word by word
/// @param mostCalls tools that an answer may call
/// @param echo what the response repeats of the request
record ResponsesCall(Chat chat, boolean streams, int mostCalls, Echo echo) {
  /// @param instructions that stand before the conversation; null for none
  /// @param effort of thinking; null if nothing was said of it
  /// @param choice of tools, as it was sent
  /// @param tools as they were sent
  /// @param format of the text, as it was sent
  /// @param parallelCalls whether an answer might call several tools
  record Echo(
      @Nullable String instructions,
      @Nullable String effort,
      JsonNode choice,
      List<JsonNode> tools,
      JsonNode format,
      boolean parallelCalls) {}

  private static final JsonNode AUTO = StringNode.valueOf("auto");

  private static final JsonNode ANY_TEXT =
      JsonMapper.shared().createObjectNode().put("type", "text");

  /// @param model that will answer
  /// @param user on whose account
  /// @param patience time for the whole answer
  static ResponsesCall read(Fields fields, Minke model, String user, Duration patience) {
    Options options =
        Options.DEFAULT
            .withTemperature(fields.numberOrNull("temperature", 0, 2))
            .withTopP(fields.numberOrNull("top_p", 0, 1))
            .withMaxTokens(fields.integerOrNull("max_output_tokens", 1, Integer.MAX_VALUE))
            .withUser(SamplingReader.account(fields, user))
            .withPatience(patience)
            .withOverflow(overflow(fields));
    Toolbox tools = Toolbox.of(fields, tools(fields, model), ToolChoice.ofResponses(fields));
    Optional<Fields> text = fields.object("text");
    JsonNode format = text.flatMap(its -> its.any("format")).orElse(ANY_TEXT);
    options =
        options.withFormat(tools.format(text.map(ResponsesCall::format).orElse(new Format.Text())));
    String effort = effort(fields);
    String instructions = fields.text("instructions").orElse(null);
    List<ChatMessage> messages = new ArrayList<>();
    if (instructions != null) {
      messages.add(ChatMessage.of("system", instructions));
    }
    messages.addAll(ItemReader.read(fields));
    ChatRequest request =
        new ChatRequest(
            messages, tools.offered(), ChatRequest.Ending.ANSWER, variables(fields, model, effort));
    boolean streams = fields.flag("stream", false);
    fields.object("stream_options").ifPresent(ResponsesCall::checkStream);
    include(fields);
    refuseOthers(fields);
    JsonNode choice = fields.any("tool_choice").orElse(AUTO);
    boolean parallel = fields.flag("parallel_tool_calls", true);
    Echo echo = new Echo(instructions, effort, choice, fields.array("tools"), format, parallel);
    fields.end();
    return new ResponsesCall(new Chat(request, options), streams, tools.choice().most(), echo);
  }

  private static Overflow overflow(Fields fields) {
    String truncation = fields.oneOf("truncation", "disabled", "auto").orElse("disabled");
    return truncation.equals("auto") ? new Overflow.DropMiddle(0) : Overflow.END;
  }

  private static List<JsonNode> tools(Fields fields, Minke model) {
    List<JsonNode> tools = new ArrayList<>();
    for (Fields tool : FunctionTools.each(fields, model)) {
      tool.requireWord("type", "function");
      tools.add(FunctionTools.of(tool, "parameters"));
      tool.end();
    }
    return tools;
  }

  private static @Nullable String effort(Fields fields) {
    Optional<Fields> reasoning = fields.object("reasoning");
    if (reasoning.isEmpty()) {
      return null;
    }
    Fields its = reasoning.get();
    String effort =
        its.oneOf("effort", "none", "minimal", "low", "medium", "high", "xhigh").orElse(null);
    // Thoughts are told as they are, which is more than any summary.
    its.refuse("summary", "tells thoughts as they are", "\"auto\"", "\"detailed\"");
    its.refuse("generate_summary", "tells thoughts as they are", "\"auto\"", "\"detailed\"");
    its.end();
    return effort;
  }

  /// Models of this kind think or do not: there is no more and less.
  private static Map<String, JsonNode> variables(
      Fields fields, Minke model, @Nullable String effort) {
    if (effort == null) {
      return Map.of();
    }
    boolean thinks = !effort.equals("none") && !effort.equals("minimal");
    return Thinking.variables(model, thinks, fields.name("reasoning.effort"));
  }

  private static void checkStream(Fields options) {
    // Padding against guesses from lengths; there is none here.
    options.flag("include_obfuscation", false);
    options.end();
  }

  private static Format format(Fields text) {
    Format format = text.object("format").map(FormatReader::textFormat).orElse(new Format.Text());
    text.refuse("verbosity", "knows no verbosity", "\"medium\"");
    text.end();
    return format;
  }

  /// Thoughts are in the answer and may be sent back, so nothing has to be encrypted for that.
  private static void include(Fields fields) {
    for (JsonNode one : fields.array("include")) {
      if (!one.asString("").equals("reasoning.encrypted_content")) {
        throw ApiException.badField(
            fields.name("include"),
            "this server includes all that it has; leave %s out".formatted(one));
      }
    }
  }

  private static void refuseOthers(Fields fields) {
    fields.refuse("store", "stores nothing", "false");
    fields.refuse("previous_response_id", "stores nothing; send the whole conversation");
    fields.refuse("conversation", "stores nothing; send the whole conversation");
    fields.refuse("prompt", "stores nothing; send `instructions`");
    fields.refuse("metadata", "stores nothing", "{}");
    fields.refuse("background", "answers at once", "false");
    fields.refuse("context_management", "drops nothing of a conversation", "[]");
    fields.refuse("max_tool_calls", "calls no tools itself");
    fields.refuse("top_logprobs", "tells log-probabilities at /v1/chat/completions", "0");
    fields.refuse("service_tier", "has one tier", "\"auto\"", "\"default\"");
    fields.refuse("prompt_cache_retention", "keeps prefixes as it has room");
  }
}
