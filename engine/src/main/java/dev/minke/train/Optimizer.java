package dev.minke.train;

import dev.minke.autograd.Parameter;
import dev.minke.kernel.AdamWRule;
import dev.minke.kernel.Kernels;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Updates all trained parameters of a store, with clipping by the global norm: AdamW, or Muon for
/// hidden matrices and AdamW for the rest.
///
/// Matrices decay; gains, vectors and router biases do not (no gradient reaches the last). The norm
/// adds parameters in the order in which the model made them. Owns its memory; the owner closes it.
final class Optimizer implements AutoCloseable {
  /// What PyTorch adds to the norm before dividing by it.
  private static final double NORM_EPSILON = 1e-6;

  private final TrainRecipe.Optimizer rule;
  private final Arena arena = Arena.ofShared();
  private final List<Slot> slots = new ArrayList<>();
  private final Map<Shape, NewtonSchulz> orthogonal = new HashMap<>();

  /// One parameter and what is remembered of its gradients.
  private sealed interface Slot {
    Parameter parameter();

    Tensor gradient();

    /// The means and means of squares of AdamW.
    record Moments(Parameter parameter, Tensor gradient, Tensor first, Tensor second)
        implements Slot {}

    /// The mean of Muon.
    record Momentum(Parameter parameter, Tensor gradient, Tensor mean, Tensor direction)
        implements Slot {}
  }

  Optimizer(ParameterStore store, TrainRecipe.Optimizer rule) {
    this.rule = rule;
    for (Parameter parameter : store.parameters()) {
      Tensor gradient = parameter.gradient();
      if (gradient != null) {
        boolean muon = rule.matrices() == TrainRecipe.MatrixRule.MUON && isHiddenMatrix(parameter);
        slots.add(
            muon
                ? new Slot.Momentum(
                    parameter, gradient, like(parameter, DType.F32), like(parameter, DType.F32))
                : new Slot.Moments(
                    parameter,
                    gradient,
                    like(parameter, rule.moments()),
                    like(parameter, rule.moments())));
      }
    }
  }

  /// Neither table of tokens nor head: their rows are words, each with a gradient of its own size.
  private static boolean isHiddenMatrix(Parameter parameter) {
    String name = parameter.name();
    return parameter.shape().rank() > 1 && !name.equals("embedding") && !name.equals("head");
  }

  private Tensor like(Parameter parameter, DType dtype) {
    return Tensor.allocate(arena, dtype, parameter.shape());
  }

  /// What is remembered, by name, for checkpoints.
  void collect(Map<String, Tensor> tensors) {
    for (Slot slot : slots) {
      String name = slot.parameter().name();
      switch (slot) {
        case Slot.Moments moments -> {
          tensors.put("adam.first." + name, moments.first);
          tensors.put("adam.second." + name, moments.second);
        }
        case Slot.Momentum momentum -> tensors.put("muon.mean." + name, momentum.mean);
      }
    }
  }

  /// Global norm of the gradient.
  double gradientNorm(Kernels kernels) {
    double sum = 0;
    for (Slot slot : slots) {
      slot.parameter().settleGradient(kernels);
      sum += kernels.sumOfSquares(slot.gradient());
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
      switch (slot) {
        case Slot.Moments moments -> {
          double decay = moments.parameter.shape().rank() > 1 ? rule.decay() : 0;
          var update =
              new AdamWRule(rate, rule.beta1(), rule.beta2(), rule.epsilon(), decay, step, scale);
          Tensor value = moments.parameter.value();
          kernels.adamW(value, moments.gradient, moments.first, moments.second, update);
        }
        case Slot.Momentum momentum -> update(kernels, rate, scale, momentum);
      }
      slot.parameter().changed();
    }
  }

  private void update(Kernels kernels, double rate, double scale, Slot.Momentum slot) {
    MuonRule muon = new MuonRule(rate, rule.momentum(), rule.decay(), MuonRule.Scaling.LIKE_ADAMW);
    Tensor value = slot.parameter.value();
    boolean stacked = value.shape().rank() == 3;
    Shape shape = Shape.of(value.size(-2), value.size(-1));
    NewtonSchulz newtonSchulz =
        orthogonal.computeIfAbsent(
            shape,
            unknown ->
                new NewtonSchulz(kernels, DType.F32, shape.size(0), shape.size(1), MuonRule.STEPS));
    for (int i = 0; i < (stacked ? value.size(0) : 1); i++) {
      muon.update(
          kernels,
          newtonSchulz,
          stacked ? value.slice(i) : value,
          stacked ? slot.gradient.slice(i) : slot.gradient,
          stacked ? slot.mean.slice(i) : slot.mean,
          stacked ? slot.direction.slice(i) : slot.direction,
          scale);
    }
  }

  /// Begins the sums of a step. Gradients are whole again after [#gradientNorm].
  void clearGradients() {
    for (Slot slot : slots) {
      slot.parameter().clearGradient();
    }
  }

  @Override
  public void close() {
    orthogonal.values().forEach(NewtonSchulz::close);
    arena.close();
  }
}
