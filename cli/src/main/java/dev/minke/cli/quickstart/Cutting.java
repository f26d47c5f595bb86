package dev.minke.cli.quickstart;

/// How a text is cut into the units that an examinee reads and predicts.
interface Cutting {
  /// A text as the start of a document.
  int[] open(String text);

  /// A text that goes on in a document.
  int[] cut(String text);

  /// Units as text.
  String join(int[] ids);

  /// The unit after the last one of a document.
  int end();

  /// How many different units there are.
  int size();
}
