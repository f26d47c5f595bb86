package dev.minke.train;

import java.util.Arrays;
import java.util.List;

/// How the tokens of a step were spread over the experts of one layer.
///
/// @param layer its index; the predictor's block has the index after the last layer
/// @param loads of each expert, as a multiple of the mean: 1 for all if the load is even
public record ExpertLoad(int layer, List<Double> loads) {
  public ExpertLoad {
    loads = List.copyOf(loads);
  }

  static ExpertLoad of(int layer, long[] counts) {
    double mean = Math.max(1, Arrays.stream(counts).sum()) / (double) counts.length;
    return new ExpertLoad(layer, Arrays.stream(counts).mapToObj(count -> count / mean).toList());
  }

  /// MaxVio, how far the highest load is above the mean (arXiv:2408.15664): 0 if the load is even.
  public double maxViolation() {
    return loads.stream().mapToDouble(load -> load).max().orElse(1) - 1;
  }
}
