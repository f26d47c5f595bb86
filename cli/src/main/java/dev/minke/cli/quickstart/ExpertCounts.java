package dev.minke.cli.quickstart;

import dev.minke.autograd.Observer;
import dev.minke.tensor.Tensor;
import java.util.SortedMap;
import java.util.TreeMap;

/// Counts how often each expert was chosen. Mutable.
final class ExpertCounts implements Observer {
  private final SortedMap<Integer, long[]> byLayer = new TreeMap<>();

  @Override
  public void routed(int layer, Tensor logits, Tensor chosen, Tensor weights) {
    long[] counts = byLayer.computeIfAbsent(layer, key -> new long[logits.shape().columns()]);
    for (int row = 0; row < chosen.shape().rows(); row++) {
      for (int slot = 0; slot < chosen.shape().columns(); slot++) {
        counts[chosen.getInt(row, slot)]++;
      }
    }
  }

  /// Choices by layer and expert.
  SortedMap<Integer, long[]> byLayer() {
    return byLayer;
  }
}
