package dev.minke.cli.runs;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// How the tokens of a step were spread over the experts.
///
/// @param step from 1
/// @param layers for each layer with experts the load of each, as a multiple of the mean: 1 is an
///   equal share
public record ExpertLoad(int step, List<List<Double>> layers) {
  public ExpertLoad {
    layers = layers.stream().map(List::copyOf).toList();
  }

  static ExpertLoad read(JsonNode line) {
    List<List<Double>> layers = new ArrayList<>();
    for (JsonNode layer : line.path("expertLoad")) {
      List<Double> loads = new ArrayList<>();
      layer.forEach(load -> loads.add(load.asDouble(Double.NaN)));
      if (!loads.isEmpty()) {
        layers.add(loads);
      }
    }
    return new ExpertLoad(line.path("step").asInt(0), layers);
  }

  /// Experts of all layers together.
  public int experts() {
    return layers.stream().mapToInt(List::size).sum();
  }
}
