package dev.minke.autograd;

import dev.minke.kernel.KvView;
import dev.minke.tensor.Tensor;

/// Rules of attention and of what prepares its queries and keys.
final class AttentionRules {
  private AttentionRules() {}

  /// Turns the gradient back where the forward pass turned the value.
  static void input(Op.Rotate op, Gradients to) {
    to.kernels().rotate(to.sum(op.x()), op.positions(), op.rotation(), true);
  }

  static void input(Op.JoinKeys op, Gradients to) {
    to.kernels().joinKeysGradient(to.of(op.out()), to.sum(op.own()), to.sum(op.shared()));
  }

  static void input(Op.Attention op, Gradients to) {
    Tensor dOut = to.of(op.out());
    KvView.Source.Tensors seen = op.view().tensors();
    Gradients.Targets targets = to.targets(op.query(), seen.keys(), seen.values());
    to.kernels()
        .attentionGradient(
            dOut,
            op.query(),
            op.view(),
            op.scale(),
            op.out(),
            op.logSumExp(),
            targets.gradients().get(0),
            targets.gradients().get(1),
            targets.gradients().get(2),
            targets.accumulate());
  }
}
