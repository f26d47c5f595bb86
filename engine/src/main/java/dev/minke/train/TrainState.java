package dev.minke.train;

import dev.minke.autograd.Parameter;
import dev.minke.data.DataPosition;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that a run carries from step to step, and nothing else: what a checkpoint holds.
///
/// Random streams need no place here: they are functions of the seed and of what they are for.
/// Mutable; belongs to the trainer, which closes it.
final class TrainState implements AutoCloseable {
  private final ParameterStore store;
  private final DecoderModel model;
  private final Optimizer optimizer;
  private final Guard guard;
  private final Frozen frozen;
  private final @Nullable WeightAverage average;
  private DataPosition position = DataPosition.START;
  private int step;

  TrainState(TrainRecipe recipe, int vocab) {
    store = new ParameterStore(DType.F32, recipe.seed(), recipe.model().initialDeviation());
    model = DecoderModel.of(store, recipe.model().config(vocab));
    frozen = new Frozen(recipe.optimizer().frozen(), store.parameters());
    store.train(parameter -> !frozen.contains(parameter));
    optimizer = new Optimizer(store, recipe.optimizer());
    guard = new Guard(recipe.guard());
    double decay = recipe.optimizer().averageDecay();
    average = decay == 0 ? null : new WeightAverage(store, model, decay);
  }

  /// The moving average of the weights; null if the run keeps none.
  @Nullable WeightAverage average() {
    return average;
  }

  DecoderModel model() {
    return model;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  Guard guard() {
    return guard;
  }

  DataPosition position() {
    return position;
  }

  /// Whether a parameter stays as it is.
  boolean isFrozen(Parameter parameter) {
    return frozen.contains(parameter);
  }

  /// Steps done.
  int step() {
    return step;
  }

  void advance(DataPosition next) {
    position = next;
    step++;
  }

  /// Trained numbers.
  long parameterCount() {
    return store.parameters().stream()
        .filter(parameter -> parameter.gradient() != null)
        .mapToLong(parameter -> parameter.shape().elements())
        .sum();
  }

  /// Masters, router biases, moments and averages by name.
  Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : store.parameters()) {
      tensors.put("parameter." + parameter.name(), parameter.value());
    }
    optimizer.collect(tensors);
    if (average != null) {
      average.collect(tensors);
    }
    return tensors;
  }

  /// The rest, as text.
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data.position", position.format());
    facts.put("guard.minimum", Double.toHexString(guard.minimum()));
    facts.put("guard.above", Integer.toString(guard.above()));
    return facts;
  }

  /// Takes up what [#facts] gave; the tensors have been read into place.
  void restore(int step, Map<String, String> facts) {
    this.step = step;
    position = DataPosition.parse(fact(facts, "data.position"));
    guard.restore(Double.parseDouble(fact(facts, "guard.minimum")), number(facts, "guard.above"));
    store.parameters().forEach(Parameter::changed);
    if (average != null) {
      average.restored();
    }
  }

  private static int number(Map<String, String> facts, String key) {
    return Integer.parseInt(fact(facts, key));
  }

  static String fact(Map<String, String> facts, String key) {
    String value = facts.get(key);
    if (value == null) {
      throw new IllegalStateException(
          "checkpoint: expected the fact %s, found %s; it was not written by a training run"
              .formatted(key, facts.keySet()));
    }
    return value;
  }

  @Override
  public void close() {
    if (average != null) {
      average.close();
    }
    optimizer.close();
    store.close();
  }
}
