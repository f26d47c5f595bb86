package dev.minke.tokenizer.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What is found in an answer, whole and in pieces.
class AnswerParserTest {
  @ParameterizedTest
  @MethodSource("dev.minke.tokenizer.chat.AnswerCases#all")
  void wholeAnswers(AnswerCases.Case given) {
    AnswerStyle style = new AnswerStyle(true, given.form());
    assertThat(AnswerParser.parse(style, given.thought(), given.text()))
        .as(given.text())
        .isEqualTo(given.expected());
  }

  @ParameterizedTest
  @MethodSource("dev.minke.tokenizer.chat.AnswerCases#all")
  void everySplitGivesTheSameEvents(AnswerCases.Case given) {
    AnswerStyle style = new AnswerStyle(true, given.form());
    List<AnswerEvent> whole = joined(style, given.thought(), List.of(given.text()));
    for (int at = 0; at <= given.text().length(); at++) {
      List<String> pieces = List.of(given.text().substring(0, at), given.text().substring(at));
      assertThat(joined(style, given.thought(), pieces)).as("%s", pieces).isEqualTo(whole);
    }
    assertThat(
            joined(
                style,
                given.thought(),
                given.text().chars().mapToObj(Character::toString).toList()))
        .isEqualTo(whole);
  }

  @ParameterizedTest
  @EnumSource(ToolCallForm.class)
  void anySplitOfAnyTextGivesTheSameEventsAndLosesNoWord(ToolCallForm form) {
    AnswerStyle style = new AnswerStyle(true, form);
    for (long seed = 0; seed < 1000; seed++) {
      String text = randomAnswer(new RandomStream(seed, 0));
      List<String> pieces = randomPieces(text, new RandomStream(seed, 1));
      for (ThoughtStart start : ThoughtStart.values()) {
        List<AnswerEvent> whole = joined(style, start, List.of(text));
        assertThat(joined(style, start, pieces)).as("seed %d, %s", seed, start).isEqualTo(whole);
        Answer answer = Answer.of(whole);
        if (answer.toolCalls().isEmpty()) {
          assertThat(plain(answer.reasoning() + answer.content()))
              .as("seed %d, %s", seed, start)
              .isEqualTo(plain(text));
        }
      }
    }
  }

  /// A text without whitespace and without the markers of thoughts.
  private static String plain(String text) {
    return text.replaceAll("\\s|</?think>", "");
  }

  @Test
  void contentStreamsAndMarkersAreHeldBack() {
    AnswerParser parser =
        new AnswerParser(new AnswerStyle(true, ToolCallForm.QWEN), ThoughtStart.POSSIBLE);
    assertThat(parser.accept("<thi")).isEmpty();
    assertThat(parser.accept("nk>\nHm")).containsExactly(new AnswerEvent.Reasoning("Hm"));
    assertThat(parser.accept("m\n")).containsExactly(new AnswerEvent.Reasoning("m"));
    assertThat(parser.accept("</think>\n\nA ")).containsExactly(new AnswerEvent.Content("A"));
    assertThat(parser.accept("b <")).containsExactly(new AnswerEvent.Content(" b"));
    assertThat(parser.accept("tool_call>{\"name\": \"f\"")).isEmpty();
    assertThat(parser.accept("}</tool_call>"))
        .containsExactly(
            new AnswerEvent.CallBegun(0, "f"),
            new AnswerEvent.CallArguments(0, "{}"),
            new AnswerEvent.CallEnded(0));
    assertThat(parser.finish()).isEmpty();
  }

  @Test
  void anAnswerInJsonStreamsFromItsFirstKey() {
    AnswerParser parser =
        new AnswerParser(new AnswerStyle(false, ToolCallForm.LLAMA), ThoughtStart.OVER);
    assertThat(parser.accept("{\"ci")).isEmpty();
    assertThat(parser.accept("ty\": 1"))
        .isEqualTo(List.of(new AnswerEvent.Content("{\"city\""), new AnswerEvent.Content(": 1")));
    assertThat(parser.accept("}")).containsExactly(new AnswerEvent.Content("}"));
  }

  @Test
  void longCallsInSmallPiecesTakeLinearTime() {
    String text =
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \""
            + "x ".repeat(400_000)
            + "\"}}</tool_call>";
    AnswerParser parser =
        new AnswerParser(new AnswerStyle(true, ToolCallForm.QWEN), ThoughtStart.OVER);
    List<AnswerEvent> events = new ArrayList<>();
    for (int at = 0; at < text.length(); at += 4) {
      events.addAll(parser.accept(text.substring(at, Math.min(text.length(), at + 4))));
    }
    assertThat(Answer.of(events).toolCalls()).hasSize(1);
  }

  private static String randomAnswer(RandomStream random) {
    List<String> parts =
        List.of(
            "<think>",
            "</think>",
            " ",
            "\n",
            "a",
            "word",
            "{",
            "}",
            "\"",
            "<",
            "<tool",
            "<｜tool",
            ";",
            "{x",
            AnswerCases.QWEN_CALL,
            AnswerCases.V3_CALL,
            AnswerCases.V31_CALL,
            AnswerCases.LLAMA_CALL,
            AnswerCases.CALLS_BEGIN,
            AnswerCases.CALLS_END,
            "<tool_call>",
            "</tool_call>",
            "<|python_tag|>",
            "<｜tool▁call▁begin｜>",
            "<｜tool▁call▁end｜>",
            "<｜tool▁sep｜>",
            "{\"name\": \"f\", ",
            "\"arguments\": {}",
            "\"parameters\": {}",
            ",",
            "]");
    StringBuilder text = new StringBuilder();
    for (int i = random.below(12, 0); i >= 0; i--) {
      text.append(parts.get(random.below(parts.size(), i + 1L)));
    }
    return text.toString();
  }

  private static List<String> randomPieces(String text, RandomStream random) {
    List<String> pieces = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int next = Math.min(text.length(), at + 1 + random.below(9, at));
      pieces.add(text.substring(at, next));
      at = next;
    }
    return pieces;
  }

  /// The events of an answer in pieces, neighbours of a kind joined.
  private static List<AnswerEvent> joined(
      AnswerStyle style, ThoughtStart thought, List<String> pieces) {
    AnswerParser parser = new AnswerParser(style, thought);
    List<AnswerEvent> events = new ArrayList<>();
    pieces.forEach(piece -> events.addAll(parser.accept(piece)));
    events.addAll(parser.finish());
    List<AnswerEvent> joined = new ArrayList<>();
    for (AnswerEvent event : events) {
      AnswerEvent last = joined.isEmpty() ? null : joined.getLast();
      if (event instanceof AnswerEvent.Content(String text)
          && last instanceof AnswerEvent.Content(String before)) {
        joined.set(joined.size() - 1, new AnswerEvent.Content(before + text));
      } else if (event instanceof AnswerEvent.Reasoning(String text)
          && last instanceof AnswerEvent.Reasoning(String before)) {
        joined.set(joined.size() - 1, new AnswerEvent.Reasoning(before + text));
      } else {
        joined.add(event);
      }
    }
    return joined;
  }
}
