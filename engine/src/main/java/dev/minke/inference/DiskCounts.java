package dev.minke.inference;

/// What the part of a cache that is on disk does and has done.
///
/// @param foundTokens prompt tokens that were read from there
/// @param bytes of all files in the folder, as far as it is known
/// @param writtenUnits units of [dev.minke.kernel.KvView#TILE] tokens written
/// @param droppedUnits units not written: too many waited, or memory was needed for others
/// @param failedUnits units that could not be written
/// @param damagedUnits files that were not as they should be, and were deleted
public record DiskCounts(
    long foundTokens,
    long bytes,
    long writtenUnits,
    long droppedUnits,
    long failedUnits,
    long damagedUnits) {
  /// Of an engine that has none.
  static final DiskCounts NONE = new DiskCounts(0, 0, 0, 0, 0, 0);
}
