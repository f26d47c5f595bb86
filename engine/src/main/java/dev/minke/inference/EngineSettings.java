package dev.minke.inference;

import dev.minke.kernel.KvView;
import java.time.Duration;

/// What an engine may take and how it shares.
///
/// @param precision forms in which tokens pass the model, and the format of the cache
/// @param cacheTokens positions that the cache has room for, over all requests and what is kept of
///   ended ones; rounded up to whole pages
/// @param context most tokens of a prompt and its answer; more than the model or the cache has room
///   for means as many as these have
/// @param active requests answered at a time at most
/// @param waiting requests that may wait beside them
/// @param step how long a step may take while prompts are read and others generate: the most that a
///   generated token waits for somebody's prompt
public record EngineSettings(
    Precision precision, int cacheTokens, int context, int active, int waiting, Duration step) {
  /// A step that a reader of somebody else's answer hardly notices.
  public static final Duration STEP = Duration.ofMillis(250);

  public EngineSettings {
    require(cacheTokens >= KvView.TILE, "cache tokens", cacheTokens, KvView.TILE);
    require(context >= 2, "a context", context, 2);
    require(active >= 1, "active requests", active, 1);
    require(waiting >= 0, "waiting requests", waiting, 0);
  }

  private static void require(boolean holds, String name, int found, int least) {
    if (!holds) {
      throw new IllegalArgumentException(
          "engine: expected %s of %d or more, found %d".formatted(name, least, found));
    }
  }

  int pages() {
    return (cacheTokens + KvView.TILE - 1) / KvView.TILE;
  }
}
