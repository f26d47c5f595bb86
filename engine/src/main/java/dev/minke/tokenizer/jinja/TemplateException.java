package dev.minke.tokenizer.jinja;

import dev.minke.input.OneLine;

/// A template that is no Jinja, that uses what is not implemented, or that failed while rendering:
/// by its own `raise_exception`, by an error of its language, or by a limit.
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param message template, line, reason
  public TemplateException(String message) {
    super(OneLine.of(message));
  }

  TemplateException(String template, int line, String reason) {
    this("%s, line %d: %s".formatted(template, line, reason));
  }
}
