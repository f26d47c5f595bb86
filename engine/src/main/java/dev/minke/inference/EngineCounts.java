package dev.minke.inference;

import java.time.Duration;

/// What an engine does and has done.
///
/// @param active requests under way
/// @param waiting requests that wait
/// @param pages of the cache
/// @param usedPages of these, pages that requests under way use
/// @param keptPages of these, pages that are kept of ended requests alone
/// @param steps since the start
/// @param promptTokens read, those that were there already not counted
/// @param cachedTokens prompt tokens that were there already, in memory or on disk
/// @param generatedTokens drawn
/// @param draftedTokens guessed by the predictor and judged by the model
/// @param acceptedTokens of these, those that were then drawn
/// @param interruptions requests that gave up their pages for others and were computed again
/// @param inSteps time in steps
/// @param inModel of that, time in the model's forward passes
/// @param disk the part of the cache that is on disk
public record EngineCounts(
    int active,
    int waiting,
    int pages,
    int usedPages,
    int keptPages,
    long steps,
    long promptTokens,
    long cachedTokens,
    long generatedTokens,
    long draftedTokens,
    long acceptedTokens,
    long interruptions,
    Duration inSteps,
    Duration inModel,
    DiskCounts disk) {}
