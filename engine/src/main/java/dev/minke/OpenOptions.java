package dev.minke;

import dev.minke.inference.DiskCache;
import dev.minke.inference.Precision;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/// How a model is opened.
///
/// @param memory bytes for weights; 0 for what is free, less a reserve. Of a mixture of experts
///   that needs more, experts are read from the file as they are wanted
/// @param context most tokens of a prompt and its answer; 0 for as many as the model and the cache
///   have room for
/// @param cacheMemory bytes for what is kept of tokens; 0 for a quarter of what the weights leave
/// @param active requests answered at a time
/// @param waiting requests that may wait beside them
/// @param precision exact or fast
/// @param disk where the cache goes on; null if it is in memory alone
/// @param drafts tokens that the model's predictor guesses of each answer, for the model to judge
///   in one step; 0 for none. Answers are the same
/// @param progress hears the part of the weights that is read, from 0 to 1
public record OpenOptions(
    long memory,
    int context,
    long cacheMemory,
    int active,
    int waiting,
    Precision precision,
    @Nullable DiskCache disk,
    int drafts,
    DoubleConsumer progress) {
  private static final int ACTIVE = 16;
  private static final int WAITING = 256;

  /// Fast, for 16 requests at a time.
  public static final OpenOptions DEFAULT =
      new OpenOptions(0, 0, 0, ACTIVE, WAITING, Precision.FAST, null, 0, _ -> {});

  public OpenOptions withMemory(long bytes) {
    return new OpenOptions(
        bytes, context, cacheMemory, active, waiting, precision, disk, drafts, progress);
  }

  public OpenOptions withContext(int tokens) {
    return new OpenOptions(
        memory, tokens, cacheMemory, active, waiting, precision, disk, drafts, progress);
  }

  public OpenOptions withCacheMemory(long bytes) {
    return new OpenOptions(
        memory, context, bytes, active, waiting, precision, disk, drafts, progress);
  }

  /// @param newWaiting requests that may wait beside the active ones
  public OpenOptions withRequests(int newActive, int newWaiting) {
    return new OpenOptions(
        memory, context, cacheMemory, newActive, newWaiting, precision, disk, drafts, progress);
  }

  public OpenOptions withPrecision(Precision newPrecision) {
    return new OpenOptions(
        memory, context, cacheMemory, active, waiting, newPrecision, disk, drafts, progress);
  }

  public OpenOptions withDisk(@Nullable DiskCache cache) {
    return new OpenOptions(
        memory, context, cacheMemory, active, waiting, precision, cache, drafts, progress);
  }

  public OpenOptions withDrafts(int count) {
    return new OpenOptions(
        memory, context, cacheMemory, active, waiting, precision, disk, count, progress);
  }

  public OpenOptions withProgress(DoubleConsumer listener) {
    return new OpenOptions(
        memory, context, cacheMemory, active, waiting, precision, disk, drafts, listener);
  }
}
