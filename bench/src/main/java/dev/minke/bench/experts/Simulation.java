package dev.minke.bench.experts;

import dev.minke.kernel.cache.CacheCounts;
import dev.minke.kernel.cache.ExpertPolicy;
import dev.minke.kernel.cache.ExpertRead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Passes through a cache with one disk, one read at a time, and a clock that counts in layers: a
/// layer computes for 1 from when its experts are there.
///
/// A read under way ends before the next begins, also where a layer waits for another. A layer that
/// finds an expert resident whose read ahead is under way waits for that. Reads ahead begin while a
/// layer computes.
final class Simulation {
  /// What came of it.
  ///
  /// @param tokens that went through
  /// @param waited for the disk, in layers
  record Outcome(CacheCounts counts, long tokens, double waited) {
    double hitRate() {
      return counts.hitRate();
    }

    double readsPerToken() {
      return counts.reads() / (double) tokens;
    }

    double waitedPerToken() {
      return waited / tokens;
    }
  }

  /// A disk beside a layer.
  ///
  /// @param read time of an expert's read, in layers
  /// @param aheadAtLeast tokens that must be expected to want an expert for it to be read ahead;
  ///   infinite for no reads ahead
  record Disk(double read, float aheadAtLeast) {
    Disk demandOnly() {
      return new Disk(read, Float.POSITIVE_INFINITY);
    }
  }

  private final ExpertPolicy policy;
  private final Disk disk;

  private double now;

  /// When the disk has done all it was asked for.
  private double diskFree;

  /// When the last read into a slot ended or will.
  private final double[] there;

  Simulation(ExpertPolicy policy, int capacity, Disk disk) {
    this.policy = policy;
    this.disk = disk;
    there = new double[capacity];
  }

  /// Sends the passes through. Goes on from the state that earlier ones left.
  Outcome run(RouterDecisions routing, List<int[]> passes) {
    CacheCounts before = policy.counts();
    double waited = 0;
    long tokens = 0;
    for (int[] pass : passes) {
      int[] chosen = new int[pass.length * RouterDecisions.ACTIVE];
      for (int layer = 0; layer < RouterDecisions.LAYERS; layer++) {
        routing.copy(layer, pass, chosen);
        double ready = ready(layer, chosen, pass.length);
        waited += ready - now;
        now = ready + 1;
        readAhead(ready);
      }
      tokens += pass.length;
    }
    return new Outcome(policy.counts().since(before), tokens, waited);
  }

  private double ready(int layer, int[] chosen, int tokens) {
    double ready = now;
    for (ExpertRead read : policy.decide(layer, chosen, tokens)) {
      perform(read, now);
    }
    for (int expert : chosen) {
      ready = Math.max(ready, there[policy.slot(layer, expert)]);
    }
    return ready;
  }

  private void readAhead(double from) {
    while (Math.max(diskFree, from) < now && disk.aheadAtLeast < Float.POSITIVE_INFINITY) {
      @Nullable ExpertRead read = policy.ahead(disk.aheadAtLeast);
      if (read == null) {
        return;
      }
      perform(read, from);
    }
  }

  private void perform(ExpertRead read, double from) {
    diskFree = Math.max(diskFree, from) + disk.read;
    there[read.slot()] = diskFree;
  }
}
