package dev.minke.inference;

import dev.minke.kernel.KvView;
import dev.minke.model.CausalModel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What an engine may take and how it shares.
///
/// @param precision forms in which tokens pass the model, and the format of the cache
/// @param cacheTokens positions that the cache has room for, over all requests and what is kept of
///   ended ones; rounded up to whole pages
/// @param context most tokens of a prompt and its answer; more than the model or the cache has room
///   for means as many as these have
/// @param active requests answered at a time at most
/// @param waiting requests that may wait beside them
/// @param step how long a step may read prompts while others generate; up to six times as long if
///   the answers had much time for themselves before. Fewer than one in twenty of their tokens
///   waits for that
/// @param model what tells it from all others in files, its weights included; empty if nobody
///   knows, and then nothing of it is written
/// @param disk where the cache goes on; null if it is in memory alone
/// @param drafts tokens that the model's predictor guesses of each answer, for the model to judge
///   in one step; 0 for none
public record EngineSettings(
    Precision precision,
    int cacheTokens,
    int context,
    int active,
    int waiting,
    Duration step,
    String model,
    @Nullable DiskCache disk,
    int drafts) {
  /// A step that a reader of somebody else's answer hardly notices.
  public static final Duration STEP = Duration.ofMillis(250);

  public EngineSettings {
    require(cacheTokens >= KvView.TILE, "cache tokens", cacheTokens, KvView.TILE);
    require(context >= 2, "a context", context, 2);
    require(active >= 1, "active requests", active, 1);
    require(waiting >= 0, "waiting requests", waiting, 0);
    require(drafts >= 0, "drafts", drafts, 0);
    if (disk != null && model.isEmpty()) {
      throw new IllegalArgumentException(
          "engine: expected to know which model it is, for a cache on disk, found nothing");
    }
  }

  /// With a cache in memory alone.
  public EngineSettings(
      Precision precision, int cacheTokens, int context, int active, int waiting, Duration step) {
    this(precision, cacheTokens, context, active, waiting, step, "", null, 0);
  }

  /// For one request at a time, of whoever has the model for themselves: the cache has room for one
  /// context, and takes memory as tokens come.
  ///
  /// @param context most tokens of a prompt and its answer
  /// @param step how long to go on without telling how far the reading is, or hearing that it is to
  ///   end
  public static EngineSettings alone(Precision precision, int context, Duration step) {
    return new EngineSettings(precision, Math.max(KvView.TILE, context), context, 1, 0, step);
  }

  /// @param identity see [#model]
  public EngineSettings withModel(String identity) {
    return new EngineSettings(
        precision, cacheTokens, context, active, waiting, step, identity, disk, drafts);
  }

  public EngineSettings withDisk(@Nullable DiskCache cache) {
    return new EngineSettings(
        precision, cacheTokens, context, active, waiting, step, model, cache, drafts);
  }

  public EngineSettings withDrafts(int count) {
    return new EngineSettings(
        precision, cacheTokens, context, active, waiting, step, model, disk, count);
  }

  private static void require(boolean holds, String name, int found, int least) {
    if (!holds) {
      throw new IllegalArgumentException(
          "engine: expected %s of %d or more, found %d".formatted(name, least, found));
    }
  }

  /// Tokens behind a position on which what is kept of it depends as well: a predictor sees the
  /// next one.
  int ahead() {
    return Math.min(1, drafts);
  }

  /// What the cache of a model holds: with drafts its predictor's layer, too.
  ///
  /// @throws IllegalArgumentException if there are to be drafts and the model has no predictor
  public static CausalModel.CacheShape cacheShape(CausalModel model, int drafts) {
    if (drafts > 0 && model.predictors() == 0) {
      throw new IllegalArgumentException(
          "drafts: expected 0, as the model has no predictor (multi-token prediction), found "
              + drafts);
    }
    return drafts == 0 ? model.cacheShape() : model.cacheShape().withMore(model.predictors());
  }

  int pages() {
    return (cacheTokens + KvView.TILE - 1) / KvView.TILE;
  }
}
