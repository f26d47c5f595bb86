package dev.minke.server.openai;

import dev.minke.inference.text.TextEnding;
import dev.minke.server.answer.AnswerWriter;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.EventStream;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// An answer as the events of `/v1/responses`: a thought, a message and each call are items, which
/// are added, told and done one after the other. Belongs to one request.
final class ResponseEvents implements AnswerWriter {
  private final EventStream events;
  private final ResponseObject response;
  private final List<ObjectNode> items = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private Kind open = Kind.NONE;
  private String name = "";
  private int sequence;

  /// What the last item is, while it is open.
  private enum Kind {
    NONE("", "", ""),
    REASONING("rs", "reasoning_text", "response.reasoning_text"),
    MESSAGE("msg", "output_text", "response.output_text"),
    CALL("fc", "", "response.function_call_arguments");

    private final String id;
    private final String part;
    private final String event;

    Kind(String id, String part, String event) {
      this.id = id;
      this.part = part;
      this.event = event;
    }
  }

  ResponseEvents(EventStream events, ResponseObject response) {
    this.events = events;
    this.response = response;
  }

  @Override
  public void begin() throws IOException {
    send(event("response.created").set("response", response.begun()));
    send(event("response.in_progress").set("response", response.begun()));
  }

  @Override
  public void say(AnswerEvent event) throws IOException {
    switch (event) {
      case AnswerEvent.Reasoning(String more) -> {
        reach(Kind.REASONING);
        delta(more);
      }
      case AnswerEvent.Content(String more) -> {
        reach(Kind.MESSAGE);
        delta(more);
      }
      case AnswerEvent.CallBegun(int _, String called) -> {
        endItem("completed");
        name = called;
        reach(Kind.CALL);
      }
      case AnswerEvent.CallArguments(int _, String more) -> delta(more);
      case AnswerEvent.CallEnded _ -> endItem("completed");
    }
  }

  @Override
  public void keepAlive() throws IOException {
    events.keepAlive();
  }

  @Override
  public void end(TextEnding ending) throws IOException {
    String status = ResponseObject.status(ending);
    if (items.isEmpty() && open == Kind.NONE) {
      reach(Kind.MESSAGE);
    }
    endItem(status);
    send(event("response." + status).set("response", response.ended(items, ending)));
  }

  @Override
  public void fail(ApiException error) throws IOException {
    String message = String.valueOf(error.getMessage());
    send(event("response.failed").set("response", response.failed(items, message)));
  }

  @Override
  public void close() throws IOException {
    events.close();
  }

  private static ObjectNode event(String type) {
    return JsonMapper.shared().createObjectNode().put("type", type);
  }

  private void send(ObjectNode event) throws IOException {
    events.sendTyped(event.put("sequence_number", sequence++));
  }

  // ---- the open item

  /// Goes on in an item of this kind, or adds one.
  private void reach(Kind kind) throws IOException {
    if (open == kind) {
      return;
    }
    endItem("completed");
    open = kind;
    text.setLength(0);
    ObjectNode added = event("response.output_item.added").put("output_index", items.size());
    send(added.set("item", item(null, "in_progress")));
    if (kind != Kind.CALL) {
      send(ofPart("response.content_part.added").set("part", ResponseObject.part(kind.part, "")));
    }
  }

  private ObjectNode item(@Nullable String whole, String status) {
    String id = response.itemId(open.id, items.size());
    return switch (open) {
      case REASONING -> response.reasoning(id, whole, status);
      case MESSAGE -> response.message(id, whole, status);
      case CALL -> response.call(items.size(), name, whole == null ? "" : whole, status);
      case NONE -> throw new IllegalStateException("no item is open");
    };
  }

  private ObjectNode ofItem(String type) {
    return event(type)
        .put("item_id", response.itemId(open.id, items.size()))
        .put("output_index", items.size());
  }

  private ObjectNode ofPart(String type) {
    ObjectNode event = ofItem(type);
    return open == Kind.CALL ? event : event.put("content_index", 0);
  }

  private ObjectNode ofText(String type) {
    ObjectNode event = ofPart(type);
    if (open == Kind.MESSAGE) {
      event.putArray("logprobs");
    }
    return event;
  }

  private void delta(String more) throws IOException {
    text.append(more);
    send(ofText(open.event + ".delta").put("delta", more));
  }

  private void endItem(String status) throws IOException {
    if (open == Kind.NONE) {
      return;
    }
    String whole = text.toString();
    if (open == Kind.CALL) {
      send(ofText(open.event + ".done").put("name", name).put("arguments", whole));
    } else {
      send(ofText(open.event + ".done").put("text", whole));
      ObjectNode part = ResponseObject.part(open.part, whole);
      send(ofPart("response.content_part.done").set("part", part));
    }
    ObjectNode item = item(whole, status);
    ObjectNode done = event("response.output_item.done").put("output_index", items.size());
    send(done.set("item", item));
    items.add(item);
    open = Kind.NONE;
  }
}
