package dev.minke.server.dialog;

import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;

/// Which tools an answer calls.
///
/// @param kind whether it has to call any
/// @param names of those that it may call; none for all
/// @param most calls in one answer
public record ToolChoice(Kind kind, List<String> names, int most) {
  /// Whether tools are called.
  public enum Kind {
    /// No tool is offered.
    NONE,
    /// The model decides.
    AUTO,
    /// At least one is called.
    REQUIRED
  }

  /// The model decides.
  public static final ToolChoice AUTO = new ToolChoice(Kind.AUTO, List.of(), Integer.MAX_VALUE);

  public ToolChoice {
    names = List.copyOf(names);
  }

  /// `tool_choice` and `parallel_tool_calls` of `/v1/chat/completions`: what names a tool lies in
  /// an object of its own.
  public static ToolChoice ofChat(Fields fields) {
    return read(
        fields,
        (outer, name) ->
            outer.object(name).orElseThrow(() -> outer.missing(name, "an object with the tool")));
  }

  /// The same of `/v1/responses`: the name stands beside the type.
  public static ToolChoice ofResponses(Fields fields) {
    return read(fields, (outer, _) -> outer);
  }

  private static ToolChoice read(Fields fields, BiFunction<Fields, String, Fields> inner) {
    int most = fields.flag("parallel_tool_calls", true) ? Integer.MAX_VALUE : 1;
    Optional<JsonNode> asked = fields.any("tool_choice");
    if (asked.isEmpty() || asked.get().isString()) {
      String word = fields.oneOf("tool_choice", "auto", "none", "required").orElse("auto");
      return new ToolChoice(kind(word), List.of(), most);
    }
    Fields choice = fields.object("tool_choice").orElseThrow();
    String type =
        choice
            .oneOf("type", "function", "allowed_tools")
            .orElseThrow(() -> choice.missing("type", "\"function\" or \"allowed_tools\""));
    Fields its = inner.apply(choice, type);
    ToolChoice read;
    if (type.equals("function")) {
      // As OpenAI has it: exactly one call of it.
      read = new ToolChoice(Kind.REQUIRED, List.of(its.requiredText("name")), 1);
    } else {
      String mode =
          its.oneOf("mode", "auto", "required")
              .orElseThrow(() -> its.missing("mode", "\"auto\" or \"required\""));
      read = new ToolChoice(kind(mode), allowed(its, inner), most);
    }
    its.end();
    choice.end();
    return read;
  }

  private static Kind kind(String word) {
    return switch (word) {
      case "none" -> Kind.NONE;
      case "required" -> Kind.REQUIRED;
      default -> Kind.AUTO;
    };
  }

  private static List<String> allowed(Fields choice, BiFunction<Fields, String, Fields> inner) {
    List<String> names = new ArrayList<>();
    for (Fields tool : choice.objects("tools")) {
      tool.requireWord("type", "function");
      Fields its = inner.apply(tool, "function");
      names.add(its.requiredText("name"));
      its.end();
      tool.end();
    }
    if (names.isEmpty()) {
      throw choice.missing("tools", "one tool or more");
    }
    return names;
  }

  /// `tool_choice` of Anthropic's API.
  public static ToolChoice ofMessages(Fields fields) {
    Optional<Fields> asked = fields.object("tool_choice");
    if (asked.isEmpty()) {
      return AUTO;
    }
    Fields choice = asked.get();
    String type =
        choice
            .oneOf("type", "auto", "none", "any", "tool")
            .orElseThrow(() -> choice.missing("type", "\"auto\", \"none\", \"any\" or \"tool\""));
    int most = choice.flag("disable_parallel_tool_use", false) ? 1 : Integer.MAX_VALUE;
    ToolChoice read =
        switch (type) {
          case "none" -> new ToolChoice(Kind.NONE, List.of(), most);
          case "any" -> new ToolChoice(Kind.REQUIRED, List.of(), most);
          case "tool" -> new ToolChoice(Kind.REQUIRED, List.of(choice.requiredText("name")), most);
          default -> new ToolChoice(Kind.AUTO, List.of(), most);
        };
    choice.end();
    return read;
  }

  /// Refuses a choice that these tools don't allow.
  ///
  /// @param field that has it
  void require(List<String> offered, String field) {
    if (kind == Kind.REQUIRED && offered.isEmpty()) {
      throw ApiException.badField(field, "expected \"tools\" beside it, found none");
    }
    for (String name : names) {
      if (!offered.contains(name)) {
        throw ApiException.badField(
            field,
            "expected one of the tools, %s, found \"%s\""
                .formatted(String.join(", ", offered), name));
      }
    }
  }
}
