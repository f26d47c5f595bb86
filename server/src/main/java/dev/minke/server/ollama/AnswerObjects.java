package dev.minke.server.ollama;

import dev.minke.Reply;
import dev.minke.inference.text.Finish;
import dev.minke.inference.text.TextEnding;
import dev.minke.tokenizer.chat.ToolCall;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The objects that answers consist of: a message of `/api/chat`, or a `response` of
/// `/api/generate`. Belongs to one request.
final class AnswerObjects {
  private final Form form;
  private final String id;
  private final String model;
  private final InstantSource clock;
  private final Duration opening;

  /// What the objects hold.
  enum Form {
    /// A message with a role.
    CHAT,
    /// A text.
    GENERATE
  }

  /// @param id that calls are named after
  /// @param model its name
  /// @param opening time that it took to open the model
  AnswerObjects(Form form, String id, String model, InstantSource clock, Duration opening) {
    this.form = form;
    this.id = id;
    this.model = model;
    this.clock = clock;
    this.opening = opening;
  }

  /// A part of an answer, or all of it.
  ///
  /// @param firstCall number of the first call in the answer
  ObjectNode said(String content, String thinking, List<ToolCall> calls, int firstCall) {
    ObjectNode object =
        JsonMapper.shared()
            .createObjectNode()
            .put("model", model)
            .put("created_at", clock.instant().toString());
    ObjectNode to = object;
    if (form == Form.CHAT) {
      to = object.putObject("message").put("role", "assistant").put("content", content);
    } else {
      object.put("response", content);
    }
    if (!thinking.isEmpty()) {
      to.put("thinking", thinking);
    }
    if (!calls.isEmpty()) {
      calls(to.putArray("tool_calls"), calls, firstCall);
    }
    return object.put("done", false);
  }

  private void calls(ArrayNode array, List<ToolCall> calls, int firstCall) {
    int number = firstCall;
    for (ToolCall call : calls) {
      ObjectNode one = array.addObject().put("id", "call_%s_%d".formatted(id, number));
      one.putObject("function")
          .put("index", number)
          .put("name", call.name())
          .set("arguments", JsonMapper.shared().readTree(call.arguments()));
      number++;
    }
  }

  ObjectNode whole(Reply reply) {
    return ended(said(reply.text(), reply.reasoning(), reply.toolCalls(), 0), reply.ending());
  }

  /// The last object of an answer. Durations are in nanoseconds; that of the prompt ends with the
  /// first token and has the time that the request waited in it.
  ObjectNode ended(ObjectNode object, TextEnding ending) {
    Duration toFirst = ending.timing().toFirst();
    Duration generating = ending.timing().generating();
    return object
        .put("done", true)
        .put("done_reason", reason(ending.finish()))
        .put("total_duration", opening.plus(toFirst).plus(generating).toNanos())
        .put("load_duration", opening.toNanos())
        .put("prompt_eval_count", ending.usage().promptTokens())
        .put("prompt_eval_duration", toFirst.toNanos())
        .put("eval_count", ending.usage().answerTokens())
        .put("eval_duration", generating.toNanos());
  }

  private static String reason(Finish finish) {
    return switch (finish) {
      case END, STOP_STRING, CANCELLED -> "stop";
      case LENGTH -> "length";
      case DEADLINE -> "deadline";
    };
  }

  /// Of a request that only has a model opened.
  ObjectNode opened() {
    return said("", "", List.of(), 0).put("done", true).put("done_reason", "load");
  }
}
