package dev.minke;

import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A conversation to be answered: what was said, tools, and how the answer is drawn. Immutable;
/// each method gives a longer or changed one.
///
/// ```
/// Chat chat = Chat.system("Be brief.").user("Why is the sky blue?");
/// ```
///
/// @param request what the template makes a prompt of
/// @param options how the answer is drawn
public record Chat(ChatRequest request, Options options) {
  /// One message of a user.
  public static Chat of(String text) {
    return of(List.of(ChatMessage.of("user", text)));
  }

  public static Chat of(List<ChatMessage> messages) {
    return new Chat(ChatRequest.of(messages), Options.DEFAULT);
  }

  /// What stands before everything.
  public static Chat system(String text) {
    return of(List.of(ChatMessage.of("system", text)));
  }

  public Chat user(String text) {
    return with(ChatMessage.of("user", text));
  }

  public Chat assistant(String text) {
    return with(ChatMessage.of("assistant", text));
  }

  /// With an answer to it, for the next turn.
  public Chat with(Reply reply) {
    return with(ChatMessage.of(reply.answer()));
  }

  public Chat with(ChatMessage message) {
    List<ChatMessage> messages = new ArrayList<>(request.messages());
    messages.add(message);
    return new Chat(
        new ChatRequest(messages, request.tools(), request.ending(), request.variables()), options);
  }

  /// With functions that the model may call.
  ///
  /// @param tools as in requests to OpenAI: `{"type": "function", "function": {…}}`
  public Chat withTools(List<JsonNode> tools) {
    return new Chat(request.withTools(tools), options);
  }

  /// With thinking switched on or off, for models that can be told.
  public Chat withThinking(boolean thinks) {
    return new Chat(request.withThinking(thinks), options);
  }

  /// The model goes on with the last message, which is the assistant's.
  public Chat continued() {
    return new Chat(request.withEnding(ChatRequest.Ending.CONTINUATION), options);
  }

  /// To be answered by JSON of a Java type, which [Reply#as] reads.
  ///
  /// Components are records, sealed interfaces of records (`"type"` then has the record's name),
  /// enums, lists, sets, arrays, maps of `String`, `String`, booleans, numbers, `LocalDate`,
  /// `Instant`, `OffsetDateTime`, `UUID`, and any of these in an `Optional` or `@Nullable`.
  /// Jackson's `@JsonProperty` renames one, `@JsonPropertyDescription` says what it means. The
  /// answer is held to the schema, and the model is told of it at the end of the last message, if
  /// that is a user's: what it is told it fills with more sense.
  ///
  /// @throws IllegalArgumentException if the type, or a component of it, has no form in JSON here
  public Chat answeredAs(Class<?> type) {
    return answeredBy(Structure.of(type).schema());
  }

  /// To be answered by JSON that a schema allows: the answer is held to it, and the model is told
  /// of it at the end of the last message, if that is a user's.
  public Chat answeredBy(JsonNode schema) {
    List<ChatMessage> messages = new ArrayList<>(request.messages());
    if (!messages.isEmpty()) {
      messages.add(told(messages.removeLast(), schema));
    }
    return new Chat(
        new ChatRequest(messages, request.tools(), request.ending(), request.variables()),
        options.withFormat(new Format.JsonSchema(schema)));
  }

  private static ChatMessage told(ChatMessage last, JsonNode schema) {
    Optional<String> text = last.content().filter(_ -> last.role().equals("user"));
    if (text.isEmpty()) {
      return last;
    }
    ObjectNode json = last.json();
    json.put(
        "content",
        text.get() + "\n\nAnswer with JSON of this JSON schema, and nothing else:\n" + schema);
    return new ChatMessage(json);
  }

  public Chat withOptions(Options newOptions) {
    return new Chat(request, newOptions);
  }
}
