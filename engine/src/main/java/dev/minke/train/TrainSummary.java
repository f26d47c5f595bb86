package dev.minke.train;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How a run ended.
///
/// @param reason why
/// @param message the same in a line: step, what was found, what to do
/// @param step steps done in all
/// @param steps of the whole run
/// @param loss of the last step, in nats
/// @param validation the last one; null if there was none
/// @param tokens trained on since this process took up the run
/// @param flops floating-point operations since then
/// @param seconds since then
/// @param peakBytes most bytes of activations and their gradients at once
/// @param checkpoint the newest on disk; null if none was written
public record TrainSummary(
    StopReason reason,
    String message,
    int step,
    int steps,
    double loss,
    @Nullable ValidationMetrics validation,
    long tokens,
    double flops,
    double seconds,
    long peakBytes,
    @Nullable Path checkpoint) {}
