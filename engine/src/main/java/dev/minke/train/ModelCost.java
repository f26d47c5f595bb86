package dev.minke.train;

import dev.minke.data.PackedRow;
import dev.minke.model.decoder.DecoderModel;
import java.util.List;

/// Floating-point operations of training rows, from the model's sizes.
///
/// Backward counts twice forward. Attention costs what the position of each token asks for: the
/// model's cost is a line in the number of positions seen, so a sequence is a closed sum.
record ModelCost(double fixed, double perPosition) {
  static ModelCost of(DecoderModel model) {
    double fixed = model.forwardFlops(0) + model.predictorFlops(0);
    return new ModelCost(fixed, model.forwardFlops(1) + model.predictorFlops(1) - fixed);
  }

  /// Forward and backward of a sequence of `length` tokens.
  double training(long length) {
    return 3 * (length * fixed + perPosition * length * (length + 1) / 2.0);
  }

  double training(List<PackedRow> rows) {
    return rows.stream()
        .flatMap(row -> row.pieces().stream())
        .mapToDouble(piece -> training(piece.length()))
        .sum();
  }
}
