package dev.minke.langchain4j;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.minke.Format;
import dev.minke.Minke;
import dev.minke.tokenizer.chat.ToolCallForm;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The tools of a request, and whether its answer calls any.
///
/// @param functions `{"name", "description", "parameters", "strict"}` of each
record OfferedTools(List<ObjectNode> functions, ToolChoice choice) {
  private static final String STRICT = "strict";

  OfferedTools {
    functions = List.copyOf(functions);
  }

  /// @param asked null if the model decides
  /// @throws InvalidRequestException if none are there to be called
  /// @throws UnsupportedFeatureException if the model has no form of calls
  static OfferedTools of(List<ToolSpecification> tools, @Nullable ToolChoice asked, Minke model) {
    if (!tools.isEmpty() && model.wording().style().calls() == ToolCallForm.NONE) {
      throw new UnsupportedFeatureException(
          "toolSpecifications: the chat template of this model has no form of calls that is known"
              + " here; leave them out");
    }
    if (tools.isEmpty() && asked == ToolChoice.REQUIRED) {
      throw new InvalidRequestException(
          "toolChoice: REQUIRED expects toolSpecifications, found none");
    }
    List<ObjectNode> functions = tools.stream().map(OfferedTools::function).toList();
    return new OfferedTools(functions, asked == null ? ToolChoice.AUTO : asked);
  }

  /// What its program keeps beside a tool is not the model's.
  private static ObjectNode function(ToolSpecification tool) {
    ObjectNode function = (ObjectNode) Schemas.of(tool);
    function.remove("metadata");
    return function;
  }

  /// What the template reads of them.
  List<JsonNode> told() {
    return choice == ToolChoice.NONE
        ? List.of()
        : functions.stream()
            .map(function -> described(function.deepCopy().without(STRICT)))
            .toList();
  }

  private static JsonNode described(JsonNode function) {
    return JsonMapper.shared().createObjectNode().put("type", "function").set("function", function);
  }

  /// What an answer may be. Where all that is asked for is that tools may be called, it is free.
  ///
  /// @param otherwise what an answer may be that calls none
  Format format(Format otherwise) {
    List<Format.Tool> callable =
        functions.stream().map(function -> Format.Tool.of(described(function))).toList();
    boolean free =
        otherwise instanceof Format.Text
            && callable.stream().allMatch(tool -> tool.arguments() == null);
    return switch (choice) {
      case NONE -> otherwise;
      case REQUIRED -> Format.Calls.required(callable);
      case AUTO ->
          callable.isEmpty() || free
              ? otherwise
              : new Format.Calls(callable, otherwise, Integer.MAX_VALUE);
    };
  }
}
