package dev.minke.train;

import dev.minke.autograd.Parameter;
import dev.minke.kernel.AdamWRule;
import dev.minke.kernel.Kernels;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// AdamW over all trained parameters of a store, with clipping by the global norm.
///
/// Matrices decay; gains, vectors and router biases do not (no gradient reaches the last). The norm
/// adds parameters in the order in which the model made them. Owns the moments; the owner closes
/// it.
final class AdamW implements AutoCloseable {
  /// What PyTorch adds to the norm before dividing by it.
  private static final double NORM_EPSILON = 1e-6;

  private final TrainRecipe.Optimizer rule;
  private final Arena arena = Arena.ofShared();
  private final List<Slot> slots = new ArrayList<>();

  private record Slot(Parameter parameter, Tensor gradient, Tensor first, Tensor second) {}

  AdamW(ParameterStore store, TrainRecipe.Optimizer rule) {
    this.rule = rule;
    for (Parameter parameter : store.parameters()) {
      Tensor gradient = parameter.gradient();
      if (gradient != null) {
        slots.add(new Slot(parameter, gradient, moment(parameter), moment(parameter)));
      }
    }
  }

  private Tensor moment(Parameter parameter) {
    return Tensor.allocate(arena, DType.F32, parameter.shape());
  }

  /// The moments by name, for checkpoints.
  void collect(Map<String, Tensor> tensors) {
    for (Slot slot : slots) {
      tensors.put("adam.first." + slot.parameter.name(), slot.first);
      tensors.put("adam.second." + slot.parameter.name(), slot.second);
    }
  }

  /// Global norm of the gradient.
  double gradientNorm(Kernels kernels) {
    double sum = 0;
    for (Slot slot : slots) {
      sum += kernels.sumOfSquares(slot.gradient);
    }
    return Math.sqrt(sum);
  }

  /// One update of every parameter.
  ///
  /// @param step its number, from 1
  /// @param norm what [#gradientNorm] gave
  void update(Kernels kernels, double rate, int step, double norm) {
    double clip = rule.clipNorm();
    double scale = clip == 0 ? 1 : Math.min(1, clip / (norm + NORM_EPSILON));
    for (Slot slot : slots) {
      double decay = slot.parameter.shape().rank() > 1 ? rule.decay() : 0;
      var update =
          new AdamWRule(rate, rule.beta1(), rule.beta2(), rule.epsilon(), decay, step, scale);
      kernels.adamW(slot.parameter.value(), slot.gradient, slot.first, slot.second, update);
      slot.parameter.changed();
    }
  }

  /// Zeros every gradient.
  void zeroGradients(Kernels kernels) {
    for (Slot slot : slots) {
      kernels.fill(slot.gradient, 0);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
