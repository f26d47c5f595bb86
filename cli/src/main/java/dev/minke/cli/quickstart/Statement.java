package dev.minke.cli.quickstart;

/// A fact in a form.
///
/// @param fact what is said
/// @param form how
/// @param prefix the sentence up to the answer, without the space before it
/// @param answer the answer, with the space before it where there is one
/// @param rest what follows the answer
record Statement(Fact fact, Form form, String prefix, String answer, String rest) {
  /// The whole sentence.
  String text() {
    return prefix + answer + rest;
  }
}
