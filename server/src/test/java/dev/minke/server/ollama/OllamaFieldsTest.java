package dev.minke.server.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Minke;
import dev.minke.server.ApiDocument;
import dev.minke.server.OneModel;
import dev.minke.server.ScriptedModel;
import dev.minke.server.wire.Fields;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The OpenAPI document beside the code: the same fields.
class OllamaFieldsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Test
  void fieldsOfRequests(@TempDir Path temporary) throws IOException {
    try (Minke model = Minke.open(ScriptedModel.write(temporary))) {
      Fields chat =
          ApiDocument.fields(
              """
              {"messages": [
                 {"role": "user", "content": "a"},
                 {"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]},
                 {"role": "tool", "content": "a"}],
               "tools": [{"type": "function", "function": {"name": "f"}}], "options": {}}
              """);
      askForModel(chat, model);
      ChatReader.read(chat, model, "", PATIENCE);
      assertThat(ApiDocument.asked(chat)).isEqualTo(ApiDocument.properties("OllamaChatRequest"));
      Fields generate = ApiDocument.fields("{\"prompt\": \"a\", \"options\": {}}");
      askForModel(generate, model);
      GenerateReader.read(generate, model, "", PATIENCE);
      assertThat(ApiDocument.asked(generate))
          .isEqualTo(ApiDocument.properties("OllamaGenerateRequest"));
      Fields embed = ApiDocument.fields("{\"input\": \"a\", \"options\": {}}");
      askForModel(embed, model);
      Embedding.several(embed, model, "");
      assertThat(ApiDocument.asked(embed)).isEqualTo(ApiDocument.properties("OllamaEmbedRequest"));
      Fields one = ApiDocument.fields("{\"prompt\": \"a\", \"options\": {}}");
      askForModel(one, model);
      Embedding.one(one, model, "");
      assertThat(ApiDocument.asked(one))
          .isEqualTo(ApiDocument.properties("OllamaEmbeddingsRequest"));
    }
  }

  private static void askForModel(Fields fields, Minke model) {
    KeepAlive.require(fields, new OneModel("scripted", model));
    String _ = fields.text("name").orElse("");
    String _ = fields.text("model").orElse("");
  }
}
