package dev.minke.server.openai;

import dev.minke.Options;
import dev.minke.Reply;
import dev.minke.inference.Overflow;
import dev.minke.inference.text.Finish;
import dev.minke.inference.text.TextEnding;
import dev.minke.tokenizer.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The `response` that an answer to `/v1/responses` is, and its items. Belongs to one request.
final class ResponseObject {
  private static final String INCOMPLETE = "incomplete";

  private final String id;
  private final long created;
  private final String model;
  private final ResponsesCall call;

  /// @param created seconds since 1970
  /// @param model its name
  ResponseObject(String id, long created, String model, ResponsesCall call) {
    this.id = id;
    this.created = created;
    this.model = model;
    this.call = call;
  }

  /// A complete answer.
  ObjectNode whole(Reply reply) {
    List<ObjectNode> items = new ArrayList<>();
    if (!reply.reasoning().isEmpty()) {
      items.add(reasoning(itemId("rs", items.size()), reply.reasoning(), status(reply.ending())));
    }
    if (!reply.text().isEmpty() || reply.toolCalls().isEmpty()) {
      items.add(message(itemId("msg", items.size()), reply.text(), status(reply.ending())));
    }
    for (ToolCall one : reply.toolCalls()) {
      items.add(call(items.size(), one.name(), one.arguments(), "completed"));
    }
    return ended(items, reply.ending());
  }

  /// Name of an item.
  ///
  /// @param index of it in the output
  String itemId(String kind, int index) {
    return "%s_%s_%d".formatted(kind, id.substring(id.indexOf('_') + 1), index);
  }

  // ---- the response

  /// Under way.
  ObjectNode begun() {
    return response("in_progress", List.of());
  }

  ObjectNode ended(List<ObjectNode> items, TextEnding ending) {
    ObjectNode response = response(status(ending), items);
    if (status(ending).equals(INCOMPLETE)) {
      boolean late = ending.finish() == Finish.DEADLINE;
      response
          .putObject("incomplete_details")
          .put("reason", late ? "deadline" : "max_output_tokens");
    }
    response.set("usage", usage(ending.usage()));
    return response;
  }

  ObjectNode failed(List<ObjectNode> items, String message) {
    ObjectNode response = response("failed", items);
    response.putObject("error").put("code", "server_error").put("message", message);
    return response;
  }

  static String status(TextEnding ending) {
    return switch (ending.finish()) {
      case END, STOP_STRING, CANCELLED -> "completed";
      case LENGTH, DEADLINE -> INCOMPLETE;
    };
  }

  private ObjectNode response(String status, List<ObjectNode> items) {
    ObjectNode json =
        JsonMapper.shared()
            .createObjectNode()
            .put("id", id)
            .put("object", "response")
            .put("created_at", created)
            .put("status", status)
            .put("background", false)
            .putNull("error")
            .putNull("incomplete_details")
            .put("model", model);
    items.forEach(json.withArray("output")::add);
    echo(json);
    return json.putNull("usage");
  }

  private void echo(ObjectNode json) {
    Options options = call.chat().options();
    ResponsesCall.Echo echo = call.echo();
    json.put("instructions", echo.instructions())
        .put("max_output_tokens", options.maxTokens())
        .put("temperature", options.temperature())
        .put("top_p", options.topP())
        .put("parallel_tool_calls", echo.parallelCalls())
        .putNull("previous_response_id")
        .put("store", false)
        .put("truncation", options.overflow() instanceof Overflow.DropMiddle ? "auto" : "disabled")
        .set("tool_choice", echo.choice());
    json.putObject("reasoning").put("effort", echo.effort()).putNull("summary");
    json.putObject("text").set("format", echo.format());
    json.putArray("tools").addAll(echo.tools());
    json.putObject("metadata");
  }

  private static ObjectNode usage(TextEnding.Usage usage) {
    ObjectNode json =
        JsonMapper.shared()
            .createObjectNode()
            .put("input_tokens", usage.promptTokens())
            .put("output_tokens", usage.answerTokens())
            .put("total_tokens", usage.promptTokens() + usage.answerTokens());
    json.putObject("input_tokens_details").put("cached_tokens", usage.cachedTokens());
    json.putObject("output_tokens_details").put("reasoning_tokens", usage.reasoningTokens());
    return json;
  }

  // ---- its items

  /// @param text null before anything of it is told
  ObjectNode reasoning(String itemId, @Nullable String text, String status) {
    ObjectNode item = item(itemId, "reasoning", status);
    item.putArray("summary");
    item.putArray("content");
    if (text != null) {
      item.withArray("content").add(part("reasoning_text", text));
    }
    return item;
  }

  /// @param text null before anything of it is told
  ObjectNode message(String itemId, @Nullable String text, String status) {
    ObjectNode item = item(itemId, "message", status).put("role", "assistant");
    item.putArray("content");
    if (text != null) {
      item.withArray("content").add(part("output_text", text));
    }
    return item;
  }

  /// @param index of the item in the output
  ObjectNode call(int index, String name, String arguments, String status) {
    return item(itemId("fc", index), "function_call", status)
        .put("call_id", itemId("call", index))
        .put("name", name)
        .put("arguments", arguments);
  }

  private static ObjectNode item(String itemId, String type, String status) {
    return JsonMapper.shared()
        .createObjectNode()
        .put("id", itemId)
        .put("type", type)
        .put("status", status);
  }

  /// A text in a message or a thought.
  static ObjectNode part(String type, String text) {
    ObjectNode part = JsonMapper.shared().createObjectNode().put("type", type).put("text", text);
    if (type.equals("output_text")) {
      part.putArray("annotations");
      part.putArray("logprobs");
    }
    return part;
  }
}
