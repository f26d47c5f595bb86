package dev.minke.train;

import dev.minke.autograd.Observer;
import dev.minke.autograd.Parameter;
import dev.minke.kernel.KvView;
import dev.minke.model.TokenRows;
import dev.minke.model.decoder.Block;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.model.decoder.MixtureOfExperts;
import dev.minke.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Counts how often each expert is chosen in a step, and balances without a loss (DeepSeek-V3
/// §2.1.2): after the step the bias of an overloaded expert goes down by γ, that of an underloaded
/// one up.
///
/// The predictor's block is balanced like the others; the last row of a sequence, which means
/// nothing there, is not counted. Counts are integers, so the rule is exact. Belongs to the thread
/// that trains.
final class ExpertLoads implements Observer {
  private final Map<Integer, Layer> layers = new TreeMap<>();
  private @Nullable TokenRows rows;

  /// @param predicts whether it is the predictor's
  private record Layer(Parameter bias, boolean predicts, long[] counts) {}

  ExpertLoads(DecoderModel model) {
    model.blocks().forEach(block -> add(block, false));
    if (model.predictor() != null) {
      add(model.predictor().block(), true);
    }
  }

  private void add(Block block, boolean predicts) {
    if (block.feedForward() instanceof MixtureOfExperts mixture) {
      Parameter bias = mixture.router().bias();
      layers.put(block.index(), new Layer(bias, predicts, new long[bias.shape().columns()]));
    }
  }

  /// Says which tokens the next pass sees.
  void expect(TokenRows next) {
    rows = next;
  }

  @Override
  public void routed(int layer, Tensor logits, Tensor chosen, Tensor weights) {
    Layer counted = layers.get(layer);
    if (counted == null) {
      throw new IllegalStateException("layer " + layer + ": it has no experts to balance");
    }
    if (rows == null) {
      throw new IllegalStateException("layer " + layer + ": its tokens were not announced");
    }
    for (KvView.Sequence sequence : counted.predicts ? rows.withoutLast() : rows.sequences()) {
      int end = sequence.firstQuery() + sequence.queries();
      for (int token = sequence.firstQuery(); token < end; token++) {
        for (int k = 0; k < chosen.shape().columns(); k++) {
          counted.counts[chosen.getInt(token, k)]++;
        }
      }
    }
  }

  /// The loads of every layer with experts, in the order of the layers.
  List<ExpertLoad> loads() {
    return layers.entrySet().stream()
        .map(entry -> ExpertLoad.of(entry.getKey(), entry.getValue().counts))
        .toList();
  }

  /// Moves every bias that is not frozen by at most `rate`.
  void balance(double rate, Predicate<Parameter> isFrozen) {
    if (rate == 0) {
      return;
    }
    for (Layer layer : layers.values()) {
      if (isFrozen.test(layer.bias)) {
        continue;
      }
      long total = Arrays.stream(layer.counts).sum();
      Tensor bias = layer.bias.value();
      for (int expert = 0; expert < layer.counts.length; expert++) {
        long surplus = layer.counts[expert] * layer.counts.length - total;
        bias.set(0, expert, bias.get(0, expert) - rate * Long.signum(surplus));
      }
      layer.bias.changed();
    }
  }

  /// Begins the next step.
  void clear() {
    layers.values().forEach(layer -> Arrays.fill(layer.counts, 0));
  }
}
