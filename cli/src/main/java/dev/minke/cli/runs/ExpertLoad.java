package dev.minke.cli.runs;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// How the tokens of a step were spread over the experts.
///
/// @param step from 1
/// @param layers those with experts
public record ExpertLoad(int step, List<Layer> layers) {
  public ExpertLoad {
    layers = List.copyOf(layers);
  }

  /// One layer.
  ///
  /// @param index of the layer in the model
  /// @param loads of each expert, as a multiple of the mean: 1 is an equal share
  public record Layer(int index, List<Double> loads) {
    public Layer {
      loads = List.copyOf(loads);
    }

    /// The most loaded expert's; 0 if there is none.
    public double worst() {
      return loads.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
  }

  static ExpertLoad read(JsonNode line) {
    List<Layer> layers = new ArrayList<>();
    JsonNode all = line.path("expertLoad");
    for (int i = 0; i < all.size(); i++) {
      List<Double> loads = new ArrayList<>();
      all.path(i).forEach(load -> loads.add(load.asDouble(0)));
      if (!loads.isEmpty()) {
        layers.add(new Layer(line.path("expertLayers").path(i).asInt(i), loads));
      }
    }
    return new ExpertLoad(line.path("step").asInt(0), layers);
  }

  /// Experts of all layers together.
  public int experts() {
    return layers.stream().mapToInt(layer -> layer.loads.size()).sum();
  }
}
