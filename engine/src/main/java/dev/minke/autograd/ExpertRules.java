package dev.minke.autograd;

import dev.minke.tensor.Tensor;

/// Rules of the mixture of experts. The choice of experts is held fixed.
final class ExpertRules {
  private ExpertRules() {}

  static void input(Op.Route op, Gradients to) {
    to.kernels()
        .routeGradient(
            to.of(op.weights()), op.logits(), op.chosen(), op.rule(), to.sum(op.logits()));
  }

  static void input(Op.GatherSlots op, Gradients to) {
    to.kernels()
        .gatherSlotsGradient(
            to.of(op.out()),
            op.routing().places(),
            op.routing().rule().activeExperts(),
            to.sum(op.x()));
  }

  static void input(Op.Combine op, Gradients to) {
    Tensor dOut = to.of(op.out());
    Tensor places = op.routing().places();
    Tensor weights = op.routing().weights();
    Gradients.Target dy = to.target(op.y());
    to.kernels().combineInputGradient(dOut, places, weights, dy.gradient(), dy.accumulate());
    to.kernels().combineWeightGradient(dOut, op.y(), places, to.sum(weights));
  }

  static void input(Op.BalanceLoss op, Gradients to) {
    to.kernels()
        .balanceLossGradient(
            to.of(op.out()),
            op.logits(),
            op.chosen(),
            op.sequences(),
            op.rule(),
            to.sum(op.logits()));
  }
}
