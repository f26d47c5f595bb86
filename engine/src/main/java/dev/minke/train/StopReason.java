package dev.minke.train;

/// Why a run is over.
public enum StopReason {
  /// All steps are done.
  COMPLETED,
  /// Someone asked for it; the state is saved and the run can go on.
  REQUESTED,
  /// A loss or gradient was NaN or infinite; the last checkpoint is from before.
  NOT_FINITE,
  /// The loss stayed far above its minimum; the last checkpoint is from before.
  DIVERGED;

  /// Whether the state at the end is worth keeping.
  public boolean isSound() {
    return this == COMPLETED || this == REQUESTED;
  }
}
