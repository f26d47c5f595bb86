package dev.minke.data;

/// A document that is not trained on, and where to find it.
///
/// @param file as the source names it
/// @param place in the file: `line 12`, `row 7`
/// @param flaw what is wrong
/// @param detail what was found, for people
public record BadDocument(String file, String place, Flaw flaw, String detail) {
  @Override
  public String toString() {
    return "%s, %s: %s (%s)".formatted(file, place, flaw.words(), detail);
  }
}
