package dev.minke.inference.text;

import dev.minke.inference.LogProbs;

/// A token of an answer and what was likely in its place.
///
/// @param id of the token
/// @param logProbs of the model, before rules and cuts
public record DrawnToken(int id, LogProbs logProbs) {}
