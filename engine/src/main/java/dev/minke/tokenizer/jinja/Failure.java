package dev.minke.tokenizer.jinja;

/// Why an operation on values is impossible, in Python's words where Python has some. Becomes a
/// [TemplateException] as soon as the line is known.
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  Failure(String reason) {
    super(reason, null, false, false);
  }

  /// Why it failed.
  String reason() {
    return String.valueOf(getMessage());
  }

  /// A value of a type for which the operation does not exist.
  static Failure type(String format, Object... arguments) {
    return new Failure(format.formatted(arguments));
  }
}
