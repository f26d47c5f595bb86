package dev.minke.eval;

/// Hears how far a measurement is.
@FunctionalInterface
public interface Progress {
  /// Nobody listens.
  Progress NONE = (_, _) -> {};

  /// @param done windows, or runs
  /// @param all of them
  void at(int done, int all);
}
