package dev.minke.cli.console;

/// Counts what a stage reads and computes. Mutable, owned by one stage.
public final class Tally {
  private long tokens;
  private double flops;

  public void add(long moreTokens, double moreFlops) {
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
