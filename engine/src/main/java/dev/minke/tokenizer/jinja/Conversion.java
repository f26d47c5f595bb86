package dev.minke.tokenizer.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// JSON as values, as Python's `json.loads` reads it.
final class Conversion {
  private final Budget budget;

  Conversion(Budget budget) {
    this.budget = budget;
  }

  Value of(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> new Value.Text(node.asString());
      case BOOLEAN -> Value.Bool.of(node.booleanValue());
      case NULL -> Value.None.NONE;
      case NUMBER -> number(node);
      case ARRAY -> {
        budget.enter();
        budget.values(node.size());
        List<Value> elements = new ArrayList<>(node.size());
        node.values().forEach(element -> elements.add(of(element)));
        budget.leave();
        yield Value.Items.list(elements);
      }
      case OBJECT -> {
        budget.enter();
        budget.values(node.size());
        SequencedMap<Value, Value> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
          entries.put(new Value.Text(entry.getKey()), of(entry.getValue()));
        }
        budget.leave();
        yield new Value.Dict(entries);
      }
      case BINARY, MISSING, POJO ->
          throw new IllegalArgumentException(
              "variable of a template: expected JSON, found " + node.getNodeType());
    };
  }

  private static Value number(JsonNode node) {
    if (!node.isIntegralNumber()) {
      return new Value.Real(Double.parseDouble(node.asString()));
    }
    BigInteger whole = node.bigIntegerValue();
    return node.canConvertToLong() ? Value.Whole.of(whole.longValue()) : Numbers.whole(whole);
  }
}
