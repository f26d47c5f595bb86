package dev.minke.inference;

/// A request under way.
public interface Generation {
  /// Ends it with [Stop#CANCELLED], before the engine's next step: its pages are free then. Without
  /// effect on one that has ended. May be called by any thread.
  void cancel();
}
