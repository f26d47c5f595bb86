package dev.minke.train;

/// What is known before the first step.
///
/// @param steps of the whole run
/// @param firstStep steps done before: 0, or those of the checkpoint that is continued
/// @param parameters trained numbers
/// @param activeParameters of those, what a token meets
/// @param rowsTokens most tokens of a step
/// @param stepFlops floating-point operations of a step with that many tokens
/// @param peakFlops floating-point operations a second of a large matrix product, measured just now
/// @param backend what the kernels say of themselves
public record RunFacts(
    int steps,
    int firstStep,
    long parameters,
    long activeParameters,
    int rowsTokens,
    double stepFlops,
    double peakFlops,
    String backend) {}
