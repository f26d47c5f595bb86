package dev.minke.server.ollama;

import dev.minke.Chat;
import dev.minke.Completion;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.server.dialog.RawPrompt;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Reads requests to `/api/generate`.
final class GenerateReader {
  private GenerateReader() {}

  /// @param model that will answer
  /// @param user on whose account
  /// @param patience time for the whole answer
  static AnswerCall read(Fields fields, Minke model, String user, Duration patience) {
    Options options =
        OptionsReader.read(fields, model, user, patience).withFormat(ChatReader.format(fields));
    String prompt = fields.text("prompt").orElse("");
    String system = fields.text("system").orElse("");
    boolean raw = fields.flag("raw", false);
    Map<String, JsonNode> variables = ChatReader.variables(fields, model);
    if (raw && (!system.isEmpty() || !variables.isEmpty())) {
      throw ApiException.badField(
          fields.name("raw"), "expected neither \"system\" nor \"think\" beside it");
    }
    boolean streams = fields.flag("stream", true);
    fields.refuse("suffix", "fills no gaps", "\"\"");
    fields.refuse("template", "uses the template of the model", "\"\"");
    fields.refuse("context", "keeps no conversations; send messages to /api/chat", "[]");
    fields.refuse("images", "reads texts alone", "[]");
    ChatReader.refuseOthers(fields);
    fields.end();
    if (prompt.isEmpty()) {
      return new AnswerCall(null, streams);
    }
    if (raw) {
      Completion completion = new Completion(RawPrompt.ids(model.tokenizer(), prompt), options);
      return new AnswerCall(listener -> model.submit(completion, listener), streams);
    }
    List<ChatMessage> messages = new ArrayList<>();
    if (!system.isEmpty()) {
      messages.add(ChatMessage.of("system", system));
    }
    messages.add(ChatMessage.of("user", prompt));
    Chat chat =
        new Chat(
            new ChatRequest(messages, List.of(), ChatRequest.Ending.ANSWER, variables), options);
    return new AnswerCall(listener -> model.submit(chat, listener), streams);
  }
}
