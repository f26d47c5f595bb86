package dev.minke.ledger;

/// What was used up so far, or in all.
///
/// @param tokens trained on, or read and written
/// @param flops floating-point operations, from the sizes of the model
/// @param cpuSeconds of all threads of the process
/// @param wallSeconds passed
/// @param peakBytes most memory at once, as the stage counts it
public record Usage(
    long tokens, double flops, double cpuSeconds, double wallSeconds, long peakBytes) {
  /// Nothing.
  public static final Usage NONE = new Usage(0, 0, 0, 0, 0);

  /// Both, one after the other: amounts add, peaks do not.
  public Usage plus(Usage other) {
    return new Usage(
        tokens + other.tokens,
        flops + other.flops,
        cpuSeconds + other.cpuSeconds,
        wallSeconds + other.wallSeconds,
        Math.max(peakBytes, other.peakBytes));
  }
}
