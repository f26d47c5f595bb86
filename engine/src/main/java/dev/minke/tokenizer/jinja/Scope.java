package dev.minke.tokenizer.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Variables, and the scope around them. A value is set in the innermost scope alone; that of a
/// loop is new for every turn. Mutable; owned by one rendering.
final class Scope {
  private final @Nullable Scope around;
  private final int depth;
  private final Map<String, Value> variables = new HashMap<>();

  Scope(@Nullable Scope around) {
    this.around = around;
    depth = around == null ? 1 : around.depth + 1;
  }

  /// How many scopes a variable is looked for in.
  int depth() {
    return depth;
  }

  @Nullable Value find(String name) {
    for (Scope scope = this; scope != null; scope = scope.around) {
      Value value = scope.variables.get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  void set(String name, Value value) {
    variables.put(name, value);
  }
}
