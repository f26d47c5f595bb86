package dev.minke.tokenizer.jinja;

/// A word of a template.
///
/// @param text what stands there: text between tags, a name, an operator, the digits of a number,
///   the characters that a string literal means
record Token(Kind kind, String text, int line) {
  /// What sort of word.
  enum Kind {
    DATA("text"),
    VARIABLE_BEGIN("{{"),
    VARIABLE_END("}}"),
    BLOCK_BEGIN("{%"),
    BLOCK_END("%}"),
    NAME("name"),
    STRING("string"),
    WHOLE("integer"),
    REAL("number"),
    OPERATOR("operator"),
    END("end of the template");

    private final String description;

    Kind(String description) {
      this.description = description;
    }
  }

  boolean is(Kind wanted) {
    return kind == wanted;
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /// For messages: what was found.
  String description() {
    return switch (kind) {
      case NAME, WHOLE, REAL, OPERATOR -> "'" + text + "'";
      case STRING -> "a string";
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> kind.description;
    };
  }
}
