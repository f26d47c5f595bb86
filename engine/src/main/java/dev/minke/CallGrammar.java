package dev.minke;

import dev.minke.inference.grammar.Grammar;
import dev.minke.inference.grammar.GrammarException;
import dev.minke.inference.grammar.JsonLayout;
import dev.minke.tokenizer.chat.Markers;
import dev.minke.tokenizer.chat.ToolCallForm;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Calls of tools as texts, letter by letter as the templates of the models write earlier calls, so
/// that what is drawn is what the model was trained on and what
/// [dev.minke.tokenizer.chat.AnswerParser] reads.
///
/// Only the arguments have some freedom of layout, and a few blanks may stand between calls and
/// behind them. Arguments without a schema are any object.
///
/// @param form in which the model writes calls
/// @param isSpecial whether a marker is a special token of the model, which no text can spell
record CallGrammar(ToolCallForm form, Predicate<String> isSpecial) {
  private static final String BLANKS = "[ \\t\\r\\n]{0,4}";
  private static final String ANY_TEXT = "[\\s\\S]*";

  /// Where an answer begins with a bracket it may be a call.
  private static final String NO_OBJECT = "\\s*(?:[^\\s{\\x1c-\\x1f][\\s\\S]*)?";

  /// @param otherwise what an answer is that calls nothing; null where it has to call
  Grammar of(Format.Calls asked, @Nullable Grammar otherwise) {
    Grammar calls = calls(asked);
    if (otherwise == null) {
      return calls;
    }
    if (!(asked.otherwise() instanceof Format.Text)) {
      return Grammar.choice(otherwise, calls);
    }
    return form == ToolCallForm.LLAMA
        ? Grammar.choice(silence(), calls)
        : Grammar.sequence(silence(), Grammar.repeat(calls, 0, 1));
  }

  /// Texts in which no call begins, be its marker a token or spelled by others.
  private Grammar silence() {
    return switch (form) {
      case DEEPSEEK_V3, DEEPSEEK_V31 ->
          Grammar.without(ANY_TEXT, List.of(Markers.CALLS_BEGIN, Markers.CALL_BEGIN));
      case QWEN -> Grammar.without(ANY_TEXT, List.of(Markers.QWEN_CALL_BEGIN));
      case LLAMA -> Grammar.without(NO_OBJECT, List.of(Markers.PYTHON_TAG));
      case NONE -> throw unknown();
    };
  }

  private Grammar calls(Format.Calls asked) {
    // Many tools share what has no schema.
    Grammar any = Grammar.anyJsonObject(JsonLayout.FREE);
    Grammar call =
        Grammar.choice(
            asked.tools().stream()
                .map(tool -> call(tool.name(), arguments(tool, any)))
                .toArray(Grammar[]::new));
    Grammar blanks = Grammar.ofRegex(BLANKS);
    Grammar between =
        form == ToolCallForm.LLAMA
            ? Grammar.sequence(blanks, Grammar.ofRegex(";?" + BLANKS))
            : blanks;
    Grammar more = Grammar.sequence(between, call);
    Grammar all =
        Grammar.sequence(
            call,
            asked.most() == Integer.MAX_VALUE
                ? Grammar.any(more)
                : Grammar.repeat(more, 0, asked.most() - 1));
    return switch (form) {
      case DEEPSEEK_V3, DEEPSEEK_V31 ->
          Grammar.sequence(marker(Markers.CALLS_BEGIN), all, marker(Markers.CALLS_END));
      case QWEN, LLAMA -> Grammar.sequence(all, blanks);
      case NONE -> throw unknown();
    };
  }

  private Grammar call(String name, Grammar arguments) {
    return switch (form) {
      case DEEPSEEK_V3 ->
          Grammar.sequence(
              marker(Markers.CALL_BEGIN),
              Grammar.text("function"),
              marker(Markers.CALL_SEPARATOR),
              Grammar.text(name + "\n```json\n"),
              arguments,
              Grammar.text("\n```"),
              marker(Markers.CALL_END));
      case DEEPSEEK_V31 ->
          Grammar.sequence(
              marker(Markers.CALL_BEGIN),
              Grammar.text(name),
              marker(Markers.CALL_SEPARATOR),
              arguments,
              marker(Markers.CALL_END));
      case QWEN ->
          Grammar.sequence(
              marker(Markers.QWEN_CALL_BEGIN),
              Grammar.text("\n" + head(name, "arguments")),
              arguments,
              Grammar.text("}\n"),
              marker(Markers.QWEN_CALL_END));
      case LLAMA ->
          Grammar.sequence(Grammar.text(head(name, "parameters")), arguments, Grammar.text("}"));
      case NONE -> throw unknown();
    };
  }

  private static String head(String name, String key) {
    return "{\"name\": \"%s\", \"%s\": ".formatted(name, key);
  }

  private static Grammar arguments(Format.Tool tool, Grammar any) {
    if (tool.arguments() == null) {
      return any;
    }
    try {
      return Grammar.ofJsonSchema(tool.arguments(), JsonLayout.FREE);
    } catch (GrammarException e) {
      throw new GrammarException("tool %s: %s".formatted(tool.name(), e.getMessage()), e);
    }
  }

  private Grammar marker(String text) {
    return isSpecial.test(text) ? Grammar.token(text) : Grammar.text(text);
  }

  private static IllegalArgumentException unknown() {
    return new IllegalArgumentException(
        "calls: the chat template of this model has no form of calls that is known here");
  }
}
