package dev.minke.data;

/// Why a document is not trained on.
public enum Flaw {
  /// A control byte that no text has: a picture, an archive, a program.
  BINARY("binary"),
  /// Bytes that are no UTF-8, or half of a surrogate pair.
  NOT_UTF8("not UTF-8"),
  /// More bytes than [DocumentCheck#LONGEST].
  TOO_LONG("too long"),
  /// Nothing but space.
  EMPTY("empty"),
  /// A line that is no JSON object.
  NOT_JSON("not JSON"),
  /// A record without the field, or with something else than text in it.
  NO_FIELD("no text field");

  private final String words;

  Flaw(String words) {
    this.words = words;
  }

  /// For people.
  public String words() {
    return words;
  }
}
