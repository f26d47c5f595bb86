package dev.minke.inference.grammar;

/// How much one grammar may cost to compile: a grammar from a stranger ends in time, as a machine
/// or as a refusal.
///
/// Mutable; owned by one compilation.
final class Budget {
  /// Of all automata together. A schema of a hundred properties has some thousands; a state takes
  /// some dozens of bytes.
  static final int MOST_STATES = 100_000;

  /// Steps of the constructions below, some nanoseconds each.
  private static final long MOST_WORK = 6_000_000;

  private long states;
  private long work;

  /// Notes states that were made.
  void spendStates(long more) {
    states += more;
    if (states > MOST_STATES) {
      throw new GrammarException(
          "expected a grammar of at most %,d states, found more; allow fewer repetitions, or split it"
              .formatted(MOST_STATES));
    }
  }

  /// Notes steps that were made.
  void spendWork(long more) {
    work += more;
    if (work > MOST_WORK) {
      throw new GrammarException(
          "expected a grammar that is compiled in %,d steps, found one that needs more; repetitions or alternatives in it overlap"
              .formatted(MOST_WORK));
    }
  }

  /// Refuses a repetition before it is written out.
  ///
  /// @param copies of the part
  /// @param size states of one copy
  static void checkRepetition(Expression.Repeat repeat, long copies, long size) {
    if (copies * size > MOST_STATES) {
      throw new GrammarException(
          "repetition %s: expected at most %,d states, found %,d copies of a part of %,d; allow fewer"
              .formatted(repeat.bounds(), MOST_STATES, copies, size));
    }
  }
}
