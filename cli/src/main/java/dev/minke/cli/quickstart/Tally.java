package dev.minke.cli.quickstart;

/// Counts what a stage reads and computes. Mutable, owned by one stage.
final class Tally {
  private long tokens;
  private double flops;

  void add(long moreTokens, double moreFlops) {
    tokens += moreTokens;
    flops += moreFlops;
  }

  long tokens() {
    return tokens;
  }

  double flops() {
    return flops;
  }
}
