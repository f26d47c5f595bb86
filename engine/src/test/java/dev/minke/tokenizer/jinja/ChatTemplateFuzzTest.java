package dev.minke.tokenizer.jinja;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.minke.Hostile;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import dev.minke.tokenizer.chat.ChatTemplate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A chat template of any letters is compiled and writes small conversations, or is refused.
class ChatTemplateFuzzTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2025-01-20T12:00:00Z"), ZoneOffset.UTC);

  private static final List<ChatMessage> MESSAGES =
      List.of(
          ChatMessage.of("system", "Be brief."),
          ChatMessage.of("user", "How warm is the sea? \ud83d\udc0b\n"),
          message(
              """
              {"role": "assistant", "content": null, "tool_calls": [{"id": "abcdefghi",
               "type": "function", "function": {"name": "warmth", "arguments": {"at": "sea"}}}]}\
              """),
          ChatMessage.toolResult("abcdefghi", "{\"degrees\": 11.5}"),
          ChatMessage.of("assistant", "<think>\nwarm?\n</think>\n\nCold."));

  private static final JsonNode TOOL =
      JsonMapper.shared()
          .readTree(
              """
              {"type": "function", "function": {"name": "warmth", "description": "Measures.",
               "parameters": {"type": "object", "properties": {"at": {"type": "string"}},
               "required": ["at"]}}}\
              """);

  private static ChatMessage message(String json) {
    return new ChatMessage((ObjectNode) JsonMapper.shared().readTree(json));
  }

  static Stream<byte[]> hostile() {
    return Stream.concat(
            HostileTemplateTest.templates().map(arguments -> (String) arguments.get()[1]),
            HostileTemplateTest.sources().map(arguments -> (String) arguments.get()[0]))
        .map(source -> source.getBytes(StandardCharsets.UTF_8));
  }

  @DictionaryEntries({
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{%-",
    "-%}",
    "{{-",
    "-}}",
    "for",
    "in",
    "endfor",
    "if",
    "elif",
    "else",
    "endif",
    "set",
    "endset",
    "macro",
    "endmacro",
    "call",
    "generation",
    "endgeneration",
    "break",
    "continue",
    "namespace(",
    "range(",
    "messages",
    "message",
    "role",
    "content",
    "tools",
    "tool_calls",
    "loop.",
    "index0",
    "last",
    "first",
    "previtem",
    "is",
    "not",
    "defined",
    "none",
    "string",
    "mapping",
    "iterable",
    "and",
    "or",
    "|tojson",
    "|trim",
    "|join(",
    "|length",
    "|list",
    "|map(",
    "attribute=",
    "|select(",
    "|selectattr(",
    "|rejectattr(",
    "|groupby(",
    "|sort(",
    "|unique",
    "|batch(",
    "|slice(",
    "|replace(",
    "|indent(",
    "|default(",
    "|items",
    "|dictsort",
    "|reverse",
    "|format(",
    "|int",
    "|float",
    "|round(",
    "|string",
    ".split(",
    ".strip(",
    ".startswith(",
    ".items()",
    ".append(",
    ".pop(",
    ".format(",
    ".upper()",
    "[::-1]",
    "[1:]",
    "**",
    "//",
    "~",
    "raise_exception(",
    "strftime_now(",
    "recursive",
    "loop("
  })
  @MethodSource("hostile")
  @Timeout(60)
  @FuzzTest
  void isCompiledAndRenderedOrRefused(byte[] source) {
    List<ChatTemplate> compiled = new ArrayList<>();
    Hostile.uses(
        Path.of("template"),
        () ->
            compiled.add(
                ChatTemplate.compile(
                    "template",
                    new String(source, StandardCharsets.UTF_8),
                    Map.of("bos_token", "<s>", "eos_token", "</s>"),
                    CLOCK)));
    for (ChatTemplate template : compiled) {
      List<ChatMessage> fitted = MESSAGES.stream().map(template::fitted).toList();
      ChatRequest request = ChatRequest.of(fitted).withTools(List.of(TOOL));
      for (ChatRequest.Ending ending :
          List.of(ChatRequest.Ending.ANSWER, ChatRequest.Ending.CONTINUATION)) {
        Hostile.uses(Path.of("template"), () -> template.render(request.withEnding(ending)));
      }
    }
  }
}
