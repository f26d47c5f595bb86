package dev.minke;

import static dev.minke.Shared.shared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.minke.inference.grammar.Grammar;
import dev.minke.inference.grammar.GrammarException;
import dev.minke.inference.grammar.JsonLayout;
import dev.minke.tokenizer.chat.Answer;
import dev.minke.tokenizer.chat.AnswerParser;
import dev.minke.tokenizer.chat.AnswerStyle;
import dev.minke.tokenizer.chat.ThoughtStart;
import dev.minke.tokenizer.chat.ToolCall;
import dev.minke.tokenizer.chat.ToolCallForm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Calls of tools, held against what the templates of the models write and what is read of answers.
class CallGrammarTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  /// The tools of the goldens' conversations.
  private static final Format.Tool WEATHER =
      new Format.Tool(
          "get_weather",
          JSON.readTree(
              """
              {"type": "object", "required": ["city"], "properties":
               {"city": {"type": "string", "maxLength": 12},
                "unit": {"type": "string", "enum": ["c", "f"]}}}
              """));

  private static final Format.Tool ADD =
      new Format.Tool(
          "add",
          JSON.readTree(
              """
              {"type": "object", "required": ["a", "b"], "properties":
               {"a": {"type": "number"}, "b": {"type": "number"}}}
              """));

  private static final Format.Tool ANY = new Format.Tool("get_weather", null);
  private static final List<Format.Tool> BOTH = List.of(WEATHER, ADD);

  private static Grammar grammar(ToolCallForm form, Format.Calls calls) {
    Grammar otherwise =
        calls.otherwise() instanceof Format.JsonSchema(JsonNode schema)
            ? Grammar.ofJsonSchema(schema, JsonLayout.FREE)
            : calls.otherwise() == null ? null : Grammar.anyText();
    return new CallGrammar(form, _ -> false).of(calls, otherwise);
  }

  private static Format.Calls either(List<Format.Tool> tools) {
    return new Format.Calls(tools, new Format.Text(), Integer.MAX_VALUE);
  }

  // ---- the templates' own words

  static Stream<Arguments> templates() {
    String v3 = "<｜Assistant｜>";
    String qwen = "<|im_start|>assistant\n";
    String llama = "<|start_header_id|>assistant<|end_header_id|>\n\n";
    return Stream.of(
        Arguments.of("deepseek-r1-llamacpp", ToolCallForm.DEEPSEEK_V3, v3, "<｜end▁of▁sentence｜>"),
        Arguments.of(
            "deepseek-v3.1-llamacpp",
            ToolCallForm.DEEPSEEK_V31,
            v3 + "<think></think>",
            "<｜end▁of▁sentence｜>"),
        Arguments.of("qwen2.5", ToolCallForm.QWEN, qwen, "<|im_end|>"),
        Arguments.of("qwen3", ToolCallForm.QWEN, qwen, "<|im_end|>"),
        Arguments.of("qwq", ToolCallForm.QWEN, qwen, "<|im_end|>"),
        Arguments.of("llama3.2", ToolCallForm.LLAMA, llama, "<|eot_id|>"));
  }

  /// What a template writes of an answer of the assistant; empty where it writes none.
  private static String answer(JsonNode conversation, String begin, String end) {
    String text = conversation.path("rendered").asString("");
    int from = text.indexOf(begin);
    int to = text.indexOf(end, from + 1);
    return from < 0 || to < 0
        ? ""
        : text.substring(from + begin.length(), to).replace("<think>\n\n</think>\n\n", "");
  }

  @ParameterizedTest
  @MethodSource("templates")
  void whatTemplatesWriteOfCallsIsOfTheGrammar(
      String name, ToolCallForm form, String begin, String end) {
    JsonNode golden = JSON.readTree(shared("golden/chat/" + name + ".json").toFile());
    Set<String> checked = new HashSet<>();
    for (JsonNode conversation : golden.path("cases")) {
      String which = conversation.path("name").asString();
      String text = answer(conversation, begin, end);
      if (!which.contains("object-arguments") || !text.contains("Zürich")) {
        continue;
      }
      boolean two = text.contains("\"b\": 2.5");
      boolean says = text.startsWith("Let me look.");
      checked.add(two ? "two" : says ? "says" : "one");
      assertThat(grammar(form, either(BOTH)).matches(text)).as("%s: %s", which, text).isTrue();
      assertThat(grammar(form, Format.Calls.required(BOTH)).matches(text))
          .as("%s: %s", which, text)
          .isEqualTo(!says);
      assertThat(grammar(form, new Format.Calls(BOTH, null, 1)).matches(text))
          .as("%s: %s", which, text)
          .isEqualTo(!says && !two);
      assertThat(grammar(form, either(List.of(ANY))).matches(text))
          .as("%s: %s", which, text)
          .isEqualTo(!two);
      assertThat(grammar(form, either(List.of(ADD))).matches(text)).isFalse();
      String other = text.replace("\"unit\": \"c\"", "\"unit\": \"k\"");
      assertThat(grammar(form, either(BOTH)).matches(other)).isFalse();
      assertThat(grammar(form, either(List.of(ANY, ADD))).matches(other)).isTrue();
    }
    assertThat(checked).contains("one");
    if (form == ToolCallForm.QWEN) {
      assertThat(checked).contains("two", "says");
    }
  }

  // ---- what is read of an answer

  private static final List<String> SPECIALS =
      List.of(
          "<｜tool▁calls▁begin｜>",
          "<｜tool▁calls▁end｜>",
          "<｜tool▁call▁begin｜>",
          "<｜tool▁call▁end｜>",
          "<｜tool▁sep｜>",
          "<tool_call>",
          "</tool_call>",
          "<|python_tag|>");

  private static final GrammarWalk WALK =
      new GrammarWalk(
          List.of("{\"name", "\": ", "\"}", "}}", "```", "\n<", "<tool", "get_"), SPECIALS);

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private static void assertValid(ToolCall call) {
    Format.Tool tool =
        BOTH.stream().filter(one -> one.name().equals(call.name())).findFirst().orElseThrow();
    Schema schema = REGISTRY.getSchema(tool.arguments());
    assertThat(schema.validate(JSON.readTree(call.arguments()))).as("%s", call).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(value = ToolCallForm.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void whatIsDrawnIsReadAsValidCalls(ToolCallForm form) {
    AnswerStyle style = new AnswerStyle(false, form);
    int several = 0;
    int silent = 0;
    for (long seed = 0; seed < 60; seed++) {
      boolean hasSpecials = seed % 2 == 0;
      boolean required = seed % 3 != 0;
      CallGrammar grammars = new CallGrammar(form, text -> hasSpecials && SPECIALS.contains(text));
      Format.Calls asked = required ? Format.Calls.required(BOTH) : either(BOTH);
      Grammar grammar = grammars.of(asked, required ? null : Grammar.anyText());
      String text = WALK.text(grammar, hasSpecials, seed);
      Answer answer = AnswerParser.parse(style, ThoughtStart.OVER, text);
      answer.toolCalls().forEach(CallGrammarTest::assertValid);
      several += answer.toolCalls().size() > 1 ? 1 : 0;
      silent += answer.toolCalls().isEmpty() ? 1 : 0;
      if (required) {
        assertThat(answer.toolCalls()).as("%s", text).isNotEmpty();
        assertThat(answer.content()).as("%s", text).isEmpty();
      }
    }
    assertThat(several).isPositive();
    assertThat(silent).isBetween(1, 20);
  }

  @Test
  void anAnswerInAnotherFormatMayStandInPlaceOfCalls() {
    JsonNode schema = JSON.readTree("{\"type\": \"integer\"}");
    Format.Calls calls =
        new Format.Calls(List.of(ADD), new Format.JsonSchema(schema), Integer.MAX_VALUE);
    Grammar grammar = grammar(ToolCallForm.QWEN, calls);
    assertThat(grammar.matches("17")).isTrue();
    assertThat(grammar.matches("Let me see")).isFalse();
    assertThat(
            grammar.matches(
                "<tool_call>\n"
                    + "{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": 2}}\n"
                    + "</tool_call>"))
        .isTrue();
  }

  /// As many as a request may have.
  @ParameterizedTest
  @EnumSource(value = ToolCallForm.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void manyToolsAreNotTooMany(ToolCallForm form) {
    List<Format.Tool> strict = new ArrayList<>();
    List<Format.Tool> free = new ArrayList<>();
    for (int i = 0; i < 128; i++) {
      String name = "a_tool_with_a_name_of_some_length_and_a_number_" + i;
      JsonNode schema =
          JSON.readTree(
              """
              {"type": "object", "required": ["a"], "properties": {
                "a": {"type": "string", "maxLength": 20}, "b": {"type": "integer", "minimum": %d},
                "c": {"enum": ["left", "right", "n%d"]},
                "d": {"type": "array", "items": {"type": "object", "properties": {
                  "x": {"type": "number"}, "y": {"type": "boolean"}}}}}}
              """
                  .formatted(i, i));
      strict.add(new Format.Tool(name, schema));
      free.add(new Format.Tool(name, null));
    }
    for (List<Format.Tool> tools : List.of(strict, free)) {
      assertThat(grammar(form, either(tools)).matches("Let me see.")).isTrue();
    }
  }

  @Test
  void aCallInTheMiddleOfATextIsHeldToItsSchemaToo() {
    Grammar grammar = grammar(ToolCallForm.QWEN, either(List.of(ADD)));
    assertThat(grammar.matches("2 < 3, a <tool> and more")).isTrue();
    assertThat(grammar.matches("")).isTrue();
    assertThat(
            grammar.matches("so <tool_call>\n{\"name\": \"add\", \"arguments\": {}}\n</tool_call>"))
        .isFalse();
    assertThat(grammar.matches("so <tool_call> is a marker")).isFalse();
  }

  @Test
  void toolsAreDescribedAsInRequests() {
    String description =
        "{\"type\": \"function\", \"function\": {\"name\": \"f\", \"strict\": %s%s}}";
    String parameters = ", \"parameters\": {\"type\": \"object\"}";
    assertThat(Format.Tool.of(JSON.readTree(description.formatted("true", parameters))))
        .isEqualTo(new Format.Tool("f", JSON.readTree("{\"type\": \"object\"}")));
    assertThat(Format.Tool.of(JSON.readTree(description.formatted("false", parameters))))
        .isEqualTo(new Format.Tool("f", null));
    Format.Tool none = Format.Tool.of(JSON.readTree(description.formatted("true", "")));
    Grammar grammar = grammar(ToolCallForm.DEEPSEEK_V31, Format.Calls.required(List.of(none)));
    String call =
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>%s<｜tool▁call▁end｜><｜tool▁calls▁end｜>";
    assertThat(grammar.matches(call.formatted("{}"))).isTrue();
    assertThat(grammar.matches(call.formatted("{\"a\": 1}"))).isFalse();
  }

  @Test
  void whatCannotBeHeldIsRefusedInOneLine() {
    assertThatThrownBy(() -> new Format.Tool("two\nlines", null))
        .hasMessageStartingWith("tool: expected a name of letters");
    assertThatThrownBy(() -> new Format.Tool("f", JSON.readTree("{\"type\": \"string\"}")))
        .hasMessage(
            "tool f: expected a schema of \"type\": \"object\" for its arguments, found"
                + " \"string\"");
    assertThatThrownBy(() -> Format.Calls.required(List.of()))
        .hasMessageStartingWith("calls: expected one tool or more");
    assertThatThrownBy(() -> grammar(ToolCallForm.NONE, Format.Calls.required(BOTH)))
        .hasMessageStartingWith("calls: the chat template of this model");
    JsonNode schema = JSON.readTree("{\"type\": \"object\", \"minimun\": 3}");
    assertThatThrownBy(() ->
            grammar(
                ToolCallForm.QWEN, Format.Calls.required(List.of(new Format.Tool("f", schema)))))
        .isInstanceOf(GrammarException.class)
        .hasMessageStartingWith("tool f: schema, #: minimun");
  }
}
