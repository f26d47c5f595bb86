package dev.minke.cli.doctor;

/// Something that was looked at.
///
/// @param subject what
/// @param found what is there
/// @param state how it is
/// @param remedy what to do; empty if nothing needs to be done
record Finding(String subject, String found, State state, String remedy) {
  /// How something is.
  enum State {
    /// As it should be, or nothing that should be some way.
    GOOD,
    /// It works, but slower or less far than it could.
    POOR,
    /// Minke cannot compute like this.
    MISSING
  }

  static Finding good(String subject, String found) {
    return new Finding(subject, found, State.GOOD, "");
  }

  /// @param isGood whether nothing needs to be done
  /// @param otherwise how it is if not
  static Finding of(String subject, String found, boolean isGood, State otherwise, String remedy) {
    return new Finding(subject, found, isGood ? State.GOOD : otherwise, isGood ? "" : remedy);
  }
}
