package dev.minke.kernel;

import dev.minke.kernel.cache.CacheCounts;

/// Experts of all layers of a mixture, of which a few are in memory; the others are read from their
/// files when a router wants them, or before. Made by [Kernels#cacheExperts].
///
/// Belongs to one thread. Products of a layer take place between two calls of [Resident#expect].
/// Whoever asked for it closes it.
public interface CachedExperts extends AutoCloseable {
  /// Gate and up rows of a layer. Has products of a stack only; belongs to this.
  ///
  /// @param layer among the layers with experts, from 0
  Resident gateUp(int layer);

  /// Down rows of a layer. Has products of a stack only; belongs to this.
  Resident down(int layer);

  /// What happened since it was made.
  Account account();

  /// What became of a cache.
  ///
  /// @param counts hits and misses
  /// @param slots experts that fit
  /// @param experts of all layers
  /// @param slotBytes of an expert, the largest one
  /// @param readBytes read from files
  /// @param waitedNanos for which layers waited for reads
  record Account(
      CacheCounts counts,
      int slots,
      int experts,
      long slotBytes,
      long readBytes,
      long waitedNanos) {}

  @Override
  void close();
}
