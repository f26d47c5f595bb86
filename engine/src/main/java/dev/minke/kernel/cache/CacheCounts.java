package dev.minke.kernel.cache;

/// What became of the experts that a cache was asked for, since it was made.
///
/// An expert counts once a decision, however many tokens want it.
///
/// @param hits wanted and in a slot, be it that its read ahead has not ended yet
/// @param misses wanted and in no slot: read while the layer waits
/// @param ahead reads before an expert was wanted
/// @param aheadUsed of these, how many were wanted while still in their slot
/// @param wasted of these, how many were overwritten before; the rest waits in slots
public record CacheCounts(long hits, long misses, long ahead, long aheadUsed, long wasted) {
  /// Share of wanted experts that were in a slot; 0 before the first decision.
  public double hitRate() {
    return hits + misses == 0 ? 0 : hits / (double) (hits + misses);
  }

  /// Experts read from disk.
  public long reads() {
    return misses + ahead;
  }

  /// Both together.
  public CacheCounts plus(CacheCounts other) {
    return new CacheCounts(
        hits + other.hits,
        misses + other.misses,
        ahead + other.ahead,
        aheadUsed + other.aheadUsed,
        wasted + other.wasted);
  }

  /// What came on top of an earlier state of the same cache.
  public CacheCounts since(CacheCounts earlier) {
    return new CacheCounts(
        hits - earlier.hits,
        misses - earlier.misses,
        ahead - earlier.ahead,
        aheadUsed - earlier.aheadUsed,
        wasted - earlier.wasted);
  }
}
