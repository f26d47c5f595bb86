package dev.minke.train;

/// The loss on the held-out documents.
///
/// @param step the number of steps done
/// @param loss mean negative log-probability of the next token, in nats
/// @param bitsPerByte `Σ loss / (ln 2 · bytes)`, over the UTF-8 bytes of the documents: comparable
///   between tokenizers
/// @param averageBitsPerByte the same of the moving average of the weights; NaN without one
/// @param tokens predicted
/// @param bytes of text
/// @param seconds it took
public record ValidationMetrics(
    int step,
    double loss,
    double bitsPerByte,
    double averageBitsPerByte,
    long tokens,
    long bytes,
    double seconds) {
  /// With what the moving average of the weights gives.
  ValidationMetrics withAverage(ValidationMetrics average) {
    return new ValidationMetrics(
        step, loss, bitsPerByte, average.bitsPerByte, tokens, bytes, seconds + average.seconds);
  }
}
