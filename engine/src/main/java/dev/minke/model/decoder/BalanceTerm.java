package dev.minke.model.decoder;

import dev.minke.kernel.KvView;
import dev.minke.model.TrainingRows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The sequence-wise balance loss (DeepSeek-V3 eq. 17-20) as one pass wants it.
///
/// @param sequences whose experts are to be balanced
/// @param share of each in the loss
/// @param factor α
record BalanceTerm(List<KvView.Sequence> sequences, double share, float factor) {
  /// Null where a batch asks for none.
  static @Nullable BalanceTerm of(TrainingRows batch, List<KvView.Sequence> sequences) {
    float factor = batch.factors().balance();
    return factor == 0 || sequences.isEmpty()
        ? null
        : new BalanceTerm(sequences, 1.0 / batch.counts().sequences(), factor);
  }
}
