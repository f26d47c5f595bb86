package dev.minke.inference.grammar;

/// How many plain letters, whatever they are, a state takes one after the other without an end of
/// its rule in between.
///
/// @param letters so many at least; [Integer#MAX_VALUE] for any number
/// @param isExact whether no plain letter can follow them
record PlainRun(int letters, boolean isExact) {
  /// Plain letters have to be looked at.
  static final PlainRun UNDECIDED = new PlainRun(0, false);

  static final PlainRun ENDLESS = new PlainRun(Integer.MAX_VALUE, true);

  /// The run of a state that takes one letter before.
  PlainRun longer() {
    return letters == Integer.MAX_VALUE ? this : new PlainRun(letters + 1, isExact);
  }
}
