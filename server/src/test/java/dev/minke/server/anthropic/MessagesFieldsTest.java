package dev.minke.server.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Minke;
import dev.minke.server.ApiDocument;
import dev.minke.server.ScriptedModel;
import dev.minke.server.wire.Fields;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The OpenAPI document beside the code: the same fields.
class MessagesFieldsTest {
  private static final String PROMPT =
      """
      "system": [{"type": "text", "text": "a"}],
      "messages": [
        {"role": "user", "content": [
           {"type": "text", "text": "a"},
           {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "a"}]}]},
        {"role": "assistant", "content": [
           {"type": "thinking", "thinking": "a"},
           {"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
        {"role": "user", "content": "a"}],
      "tools": [{"type": "custom", "name": "f"}],
      "tool_choice": {"type": "tool", "name": "f"},
      "output_config": {"format": {"type": "json_schema", "schema": {}}},
      "thinking": {"type": "enabled", "budget_tokens": 1024}
      """;

  @Test
  void fieldsOfRequests(@TempDir Path temporary) throws IOException {
    try (Minke model = Minke.open(ScriptedModel.write(temporary))) {
      Fields fields =
          ApiDocument.fields("{\"max_tokens\": 2000, \"metadata\": {}, %s}".formatted(PROMPT));
      String _ = fields.text("model").orElse("");
      MessagesCall.read(fields, model, "", Duration.ofMinutes(1));
      assertThat(ApiDocument.asked(fields)).isEqualTo(ApiDocument.properties("MessagesRequest"));
      Fields count = ApiDocument.fields("{%s}".formatted(PROMPT));
      String _ = count.text("model").orElse("");
      MessagesCall.ofCount(count, model, "");
      assertThat(ApiDocument.asked(count)).isEqualTo(ApiDocument.properties("CountTokensRequest"));
    }
  }
}
