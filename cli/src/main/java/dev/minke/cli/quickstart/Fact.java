package dev.minke.cli.quickstart;

/// Something that can be said in many forms.
///
/// @param kind which forms it has
/// @param subject the cue: what determines the answer, in the middle of a sentence
/// @param verb what was done, for persons; else empty
/// @param lead first word of the answer that is given with the question (a first name and a space);
///   else empty
/// @param answer what has to be predicted
record Fact(Kind kind, String subject, String verb, String lead, String answer) {
  /// The fields that facts come from.
  enum Kind {
    /// Who did it.
    PERSON,
    /// The capital of a country.
    CAPITAL,
    /// The river of a city.
    RIVER,
    /// The number of an element.
    ELEMENT,
    /// The year of an event.
    YEAR,
    /// The sum of two numbers.
    SUM
  }
}
