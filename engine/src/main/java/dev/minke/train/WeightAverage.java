package dev.minke.train;

import dev.minke.autograd.Parameter;
import dev.minke.kernel.Kernels;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The exponential moving average of a model's weights (DeepSeek-V3 §3.2.3), itself a model: what a
/// run would give if its rate had been lowered already.
///
/// After update t an average keeps `min(decay, (1 + t) / (10 + t))` of itself, so that a short run
/// does not remember its random beginning. Router biases are taken over as they are. Owns its
/// memory; the owner closes it.
final class WeightAverage implements AutoCloseable {
  private final ParameterStore store;
  private final DecoderModel model;
  private final double decay;
  private final List<Pair> pairs = new ArrayList<>();

  /// @param isBuffer whether it is taken over as it is
  private record Pair(Parameter weight, Parameter average, boolean isBuffer) {}

  /// @param weights of the model that is trained
  /// @param decay share of itself that the average keeps in an update, below 1
  WeightAverage(ParameterStore weights, DecoderModel trained, double decay) {
    this.decay = decay;
    store = new ParameterStore(DType.F32, 0, 0);
    model = DecoderModel.of(store, trained.config());
    List<Parameter> averages = new ArrayList<>(store.parameters());
    for (Parameter weight : weights.parameters()) {
      pairs.add(new Pair(weight, averages.get(pairs.size()), weights.isBuffer(weight)));
    }
  }

  DecoderModel model() {
    return model;
  }

  /// Begins with the weights as they are.
  void begin(Kernels kernels) {
    for (Pair pair : pairs) {
      kernels.copy(pair.weight.value(), pair.average.value());
      pair.average.changed();
    }
  }

  /// Takes in the weights after an update.
  ///
  /// @param updates number of updates, this one included
  void update(Kernels kernels, int updates) {
    double kept = Math.min(decay, (1.0 + updates) / (10.0 + updates));
    float fresh = (float) (1 - kept);
    for (Pair pair : pairs) {
      Tensor average = pair.average.value();
      if (pair.isBuffer) {
        kernels.copy(pair.weight.value(), average);
      } else {
        kernels.addScaled(average, -fresh, average);
        kernels.addScaled(pair.weight.value(), fresh, average);
      }
      pair.average.changed();
    }
  }

  /// The averages by name, for checkpoints.
  void collect(Map<String, Tensor> tensors) {
    for (Pair pair : pairs) {
      tensors.put("average." + pair.average.name(), pair.average.value());
    }
  }

  /// Says that the averages were read into place.
  void restored() {
    pairs.forEach(pair -> pair.average.changed());
  }

  @Override
  public void close() {
    store.close();
  }
}
