package dev.minke.server.anthropic;

import dev.minke.inference.text.TextEnding;
import dev.minke.server.answer.AnswerWriter;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.ErrorStyle;
import dev.minke.server.wire.EventStream;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.io.IOException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// An answer as events: thoughts, texts and calls are blocks, one after the other. Belongs to one
/// request.
final class MessageEvents implements AnswerWriter {
  private final EventStream events;
  private final String id;
  private final String model;
  private final int promptTokens;
  private Block open = Block.NONE;
  private int blocks;
  private int calls;

  /// What the last block is, while it is open.
  private enum Block {
    NONE,
    THINKING,
    TEXT,
    TOOL_USE
  }

  /// @param id of the message
  /// @param model its name
  /// @param promptTokens of the whole prompt
  MessageEvents(EventStream events, String id, String model, int promptTokens) {
    this.events = events;
    this.id = id;
    this.model = model;
    this.promptTokens = promptTokens;
  }

  /// How much of the prompt is in the cache is known at the end.
  @Override
  public void begin() throws IOException {
    ObjectNode event = event("message_start");
    ObjectNode message = WholeMessage.empty(id, model);
    message.set("usage", WholeMessage.usage(promptTokens, 0).put("output_tokens", 0));
    event.set("message", message);
    events.sendTyped(event);
    keepAlive();
  }

  @Override
  public void say(AnswerEvent event) throws IOException {
    switch (event) {
      case AnswerEvent.Reasoning(String text) -> {
        ObjectNode empty = block("thinking").put("thinking", "").put("signature", "");
        reach(Block.THINKING, empty);
        delta("thinking_delta", "thinking", text);
      }
      case AnswerEvent.Content(String text) -> {
        reach(Block.TEXT, block("text").put("text", ""));
        delta("text_delta", "text", text);
      }
      case AnswerEvent.CallBegun(int _, String name) -> {
        endBlock();
        ObjectNode empty = WholeMessage.toolUse(id, calls++, name);
        empty.putObject("input");
        reach(Block.TOOL_USE, empty);
      }
      case AnswerEvent.CallArguments(int _, String text) ->
          delta("input_json_delta", "partial_json", text);
      case AnswerEvent.CallEnded _ -> endBlock();
    }
  }

  @Override
  public void keepAlive() throws IOException {
    events.sendTyped(event("ping"));
  }

  @Override
  public void end(TextEnding ending) throws IOException {
    endBlock();
    ObjectNode event = event("message_delta");
    WholeMessage.stop(event.putObject("delta"), ending, calls);
    event.set("usage", WholeMessage.usage(ending.usage()));
    events.sendTyped(event);
    events.sendTyped(event("message_stop"));
  }

  @Override
  public void fail(ApiException error) throws IOException {
    events.sendTyped(ErrorStyle.ANTHROPIC.body(error));
  }

  @Override
  public void close() throws IOException {
    events.close();
  }

  private static ObjectNode event(String type) {
    return JsonMapper.shared().createObjectNode().put("type", type);
  }

  private static ObjectNode block(String type) {
    return JsonMapper.shared().createObjectNode().put("type", type);
  }

  /// Goes on in a block of this kind, or begins one.
  private void reach(Block kind, ObjectNode empty) throws IOException {
    if (open == kind) {
      return;
    }
    endBlock();
    ObjectNode event = event("content_block_start").put("index", blocks);
    event.set("content_block", empty);
    events.sendTyped(event);
    open = kind;
  }

  private void delta(String type, String field, String text) throws IOException {
    ObjectNode event = event("content_block_delta").put("index", blocks);
    event.putObject("delta").put("type", type).put(field, text);
    events.sendTyped(event);
  }

  private void endBlock() throws IOException {
    if (open == Block.NONE) {
      return;
    }
    if (open == Block.THINKING) {
      delta("signature_delta", "signature", "");
    }
    events.sendTyped(event("content_block_stop").put("index", blocks));
    blocks++;
    open = Block.NONE;
  }
}
