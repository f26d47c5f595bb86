package dev.minke.train;

/// The loss on the held-out documents.
///
/// @param step the number of steps done
/// @param loss mean negative log-probability of the next token, in nats
/// @param bitsPerByte `Σ loss / (ln 2 · bytes)`, over the UTF-8 bytes of the documents: comparable
///   between tokenizers
/// @param tokens predicted
/// @param bytes of text
/// @param seconds it took
public record ValidationMetrics(
    int step, double loss, double bitsPerByte, long tokens, long bytes, double seconds) {}
