package dev.minke.kernel.vector;

import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.AttentionKernels.Call;

/// Gradients of attention.
///
/// The weights are computed again from the saved log of the sum. A part is one sequence and one key
/// head, since all its queries add to the same keys: heads that read it one after the other, in
/// blocks of 64 queries by 64 positions. With w the weights, `dw_j = dOut · v_j` and `D = dOut ·
/// out`, the gradient of score j is `w_j (dw_j - D)`.
final class AttentionGradients {
  /// Products of the gradient for one of the forward pass: 5 for 2.
  private static final double TIMES_FORWARD = 2.5;

  private final Gang gang;
  private final ScratchPool scratches;

  AttentionGradients(Gang gang, ScratchPool scratches) {
    this.gang = gang;
    this.scratches = scratches;
  }

  /// Where gradients come from and go to.
  ///
  /// @param accumulate add to what is there
  record Sums(
      FloatRows dOut, FloatRows dQuery, FloatRows dKeys, FloatRows dValues, boolean accumulate) {}

  void attentionGradient(Call call, KvView view, Sums sums) {
    gang.run(
        (long) (AttentionKernels.nanos(call, view) * TIMES_FORWARD),
        view.sequences().size() * call.kvHeads(),
        index -> {
          KvView.Sequence sequence = view.sequences().get(index / call.kvHeads());
          try (ScratchPool.Scratch scratch = scratches.borrow()) {
            new PanelGradient(call, sums, sequence, index % call.kvHeads(), scratch).run();
          }
        });
  }
}
