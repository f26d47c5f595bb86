package dev.minke.cli.runs;

import dev.minke.train.ExpertLoad;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// How the tokens of a step were spread over the experts of every layer that has any.
///
/// @param step from 1
/// @param layers in order
public record StepLoads(int step, List<ExpertLoad> layers) {
  public StepLoads {
    layers = List.copyOf(layers);
  }

  static StepLoads read(JsonNode line) {
    List<ExpertLoad> layers = new ArrayList<>();
    JsonNode all = line.path("expertLoad");
    for (int i = 0; i < all.size(); i++) {
      List<Double> loads = new ArrayList<>();
      all.path(i).forEach(load -> loads.add(load.asDouble(0)));
      if (!loads.isEmpty()) {
        layers.add(new ExpertLoad(line.path("expertLayers").path(i).asInt(i), loads));
      }
    }
    return new StepLoads(line.path("step").asInt(0), layers);
  }

  /// Experts of all layers together.
  public int experts() {
    return layers.stream().mapToInt(layer -> layer.loads().size()).sum();
  }
}
