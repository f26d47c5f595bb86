package dev.minke.server.dialog;

import dev.minke.Minke;
import dev.minke.server.wire.ApiException;
import dev.minke.tokenizer.chat.ChatRequest;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Whether a model shall think, as far as it can be told.
public final class Thinking {
  private Thinking() {}

  /// What the template reads of it.
  ///
  /// @param field that says so
  /// @throws ApiException if this model cannot
  public static Map<String, JsonNode> variables(Minke model, boolean thinks, String field) {
    boolean can = model.wording().style().thoughts();
    if (thinks && !can) {
      throw ApiException.badField(field, "this model does not think; leave the field out");
    }
    if (!thinks && can && !model.knowsThinking()) {
      throw ApiException.badField(field, "this model thinks always; leave the field out");
    }
    return ChatRequest.of(List.of()).withThinking(thinks).variables();
  }
}
