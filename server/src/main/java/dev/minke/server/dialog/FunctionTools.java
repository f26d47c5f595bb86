package dev.minke.server.dialog;

import dev.minke.Minke;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ToolCallForm;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Functions that a model may call, in the form that templates read: `{"type": "function",
/// "function": {"name", "description", "parameters"}}`.
public final class FunctionTools {
  private static final int MOST = 128;

  private FunctionTools() {}

  /// `tools` in that form; none where the field is absent.
  public static List<JsonNode> read(Fields fields, Minke model) {
    for (Fields tool : each(fields, model)) {
      tool.requireWord("type", "function");
      Fields function =
          tool.object("function").orElseThrow(() -> tool.missing("function", "an object"));
      function.requiredText("name");
      function.text("description");
      function.tree("parameters");
      refuseStrict(function);
      function.end();
      tool.end();
    }
    return fields.array("tools");
  }

  /// The objects in `tools`, whatever their form.
  ///
  /// @throws ApiException if there are too many, or any where the model knows none
  public static List<Fields> each(Fields fields, Minke model) {
    List<Fields> all = fields.objects("tools");
    if (all.size() > MOST) {
      throw ApiException.badField(
          fields.name("tools"), "expected at most %d, found %d".formatted(MOST, all.size()));
    }
    if (!all.isEmpty() && model.wording().style().calls() == ToolCallForm.NONE) {
      throw ApiException.badField(
          fields.name("tools"),
          "the chat template of this model has no form of calls that is known here; leave the"
              + " field out");
    }
    return all;
  }

  /// One of them.
  ///
  /// @param schema of its arguments
  public static JsonNode of(
      String name, Optional<String> description, Optional<ObjectNode> schema) {
    ObjectNode tool = JsonMapper.shared().createObjectNode().put("type", "function");
    ObjectNode function = tool.putObject("function").put("name", name);
    description.ifPresent(text -> function.put("description", text));
    schema.ifPresent(parameters -> function.set("parameters", parameters));
    return tool;
  }

  /// Arguments are as the model writes them.
  public static void refuseStrict(Fields function) {
    function.refuse("strict", "does not hold models to the schemas of tools", "false");
  }
}
