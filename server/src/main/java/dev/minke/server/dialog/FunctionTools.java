package dev.minke.server.dialog;

import dev.minke.Minke;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ToolCallForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Functions that a model may call, in the form that templates read: `{"type": "function",
/// "function": {"name", "description", "parameters"}}`, with `"strict": true` where arguments are
/// held to their schema.
public final class FunctionTools {
  private static final int MOST = 128;
  private static final String STRICT = "strict";

  private FunctionTools() {}

  /// `tools` in that form; none where the field is absent.
  public static List<JsonNode> read(Fields fields, Minke model) {
    List<JsonNode> tools = new ArrayList<>();
    for (Fields tool : each(fields, model)) {
      tool.requireWord("type", "function");
      Fields function =
          tool.object("function").orElseThrow(() -> tool.missing("function", "an object"));
      tools.add(of(function, "parameters"));
      function.end();
      tool.end();
    }
    return tools;
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
  /// @param described has its name, what it does, the schema of its arguments
  /// @param schema name of the field that has the latter
  public static JsonNode of(Fields described, String schema) {
    ObjectNode tool = JsonMapper.shared().createObjectNode().put("type", "function");
    ObjectNode function = tool.putObject("function").put("name", described.requiredText("name"));
    described.text("description").ifPresent(text -> function.put("description", text));
    Optional<ObjectNode> parameters = described.tree(schema);
    parameters.ifPresent(found -> function.set("parameters", found));
    if (described.flag(STRICT, false)) {
      requireObject(described, schema, parameters);
      function.put(STRICT, true);
    }
    return tool;
  }

  private static void requireObject(
      Fields described, String schema, Optional<ObjectNode> parameters) {
    if (parameters.isPresent() && !parameters.get().path("type").asString("").equals("object")) {
      throw ApiException.badField(
          described.name(schema), "expected \"type\": \"object\", since the tool is strict");
    }
  }

  static String name(JsonNode tool) {
    return tool.path("function").path("name").asString("");
  }

  static boolean isStrict(JsonNode tool) {
    return tool.path("function").path(STRICT).asBoolean(false);
  }
}
