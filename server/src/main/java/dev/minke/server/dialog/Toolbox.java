package dev.minke.server.dialog;

import dev.minke.Format;
import dev.minke.server.wire.Fields;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The tools of a request, and which of them its answer calls.
///
/// @param tools as [FunctionTools] has them
public record Toolbox(List<JsonNode> tools, ToolChoice choice) {
  public Toolbox {
    tools = List.copyOf(tools);
  }

  /// @param fields of the request that has them
  /// @throws dev.minke.server.wire.ApiException if a tool is chosen that is not among them
  public static Toolbox of(Fields fields, List<JsonNode> tools, ToolChoice choice) {
    choice.require(tools.stream().map(FunctionTools::name).toList(), fields.name("tool_choice"));
    return new Toolbox(tools, choice);
  }

  /// What the template reads of them. Which may be called now and which are strict is not for the
  /// model: a prefix stays the same whatever is chosen.
  public List<JsonNode> offered() {
    return choice.kind() == ToolChoice.Kind.NONE
        ? List.of()
        : tools.stream().map(Toolbox::withoutStrict).toList();
  }

  private static JsonNode withoutStrict(JsonNode tool) {
    JsonNode copy = tool.deepCopy();
    if (copy.path("function") instanceof ObjectNode function) {
      function.remove("strict");
    }
    return copy;
  }

  /// What an answer may be. Where all that is asked for is that tools may be called, it is free.
  ///
  /// @param otherwise what an answer may be that calls none
  public Format format(Format otherwise) {
    boolean none = choice.kind() == ToolChoice.Kind.NONE || tools.isEmpty();
    boolean free =
        choice.kind() == ToolChoice.Kind.AUTO
            && otherwise instanceof Format.Text
            && choice.names().isEmpty()
            && tools.stream().noneMatch(FunctionTools::isStrict);
    if (none || free) {
      return otherwise;
    }
    Stream<JsonNode> callable =
        tools.stream()
            .filter(tool ->
                choice.names().isEmpty() || choice.names().contains(FunctionTools.name(tool)));
    return new Format.Calls(
        callable.map(Format.Tool::of).toList(),
        choice.kind() == ToolChoice.Kind.REQUIRED ? null : otherwise,
        choice.most());
  }
}
