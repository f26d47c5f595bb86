package dev.minke.train;

import dev.minke.autograd.Parameter;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/// Which parameters of a model a run leaves as they are. Immutable.
///
/// A name is frozen if a pattern matches all of it; `*` in a pattern stands for any letters, dots
/// included: `embedding`, `layers.0.*`, `*.router.*`.
final class Frozen {
  private final List<Pattern> patterns;

  /// @param patterns as in a recipe
  /// @param parameters of the model
  /// @throws IllegalArgumentException if a pattern matches none of them
  Frozen(List<String> patterns, Collection<Parameter> parameters) {
    this.patterns = patterns.stream().map(Frozen::compile).toList();
    for (int i = 0; i < patterns.size(); i++) {
      Pattern pattern = this.patterns.get(i);
      if (parameters.stream().noneMatch(one -> pattern.matcher(one.name()).matches())) {
        throw new IllegalArgumentException(
            "recipe optimizer frozen: expected a pattern of parameter names such as embedding or layers.0.*, found '%s', which matches none of %s"
                .formatted(patterns.get(i), parameters.stream().map(Parameter::name).toList()));
      }
    }
  }

  private static Pattern compile(String pattern) {
    StringBuilder expression = new StringBuilder();
    for (String literal : pattern.split("\\*", -1)) {
      expression.append(expression.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
    }
    return Pattern.compile(expression.toString());
  }

  boolean contains(Parameter parameter) {
    return patterns.stream().anyMatch(one -> one.matcher(parameter.name()).matches());
  }
}
