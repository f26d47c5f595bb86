package dev.minke.model;

import dev.minke.kernel.KvView;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.List;

/// Tokens packed behind each other, with the position of each and the sequence it belongs to.
///
/// @param ids I32 `[tokens]`
/// @param positions I32 `[tokens]`, counted from the start of the token's sequence
/// @param sequences the sequences in the order of their rows
public record TokenRows(Tensor ids, Tensor positions, List<KvView.Sequence> sequences) {
  public TokenRows {
    sequences = List.copyOf(sequences);
  }

  /// Number of tokens.
  public int tokens() {
    return ids.shape().columns();
  }

  /// The sequences without their last rows; those of one row are left out.
  public List<KvView.Sequence> withoutLast() {
    return sequences.stream()
        .filter(one -> one.queries() > 1)
        .map(one ->
            new KvView.Sequence(
                one.firstQuery(), one.queries() - 1, one.length() - 1, one.location()))
        .toList();
  }

  /// Whole sequences, each from position 0 on, copied to tensors of the workspace.
  public static TokenRows packed(Workspace workspace, List<int[]> sequences) {
    int tokens = sequences.stream().mapToInt(ids -> ids.length).sum();
    Tensor ids = workspace.allocate(DType.I32, Shape.of(tokens));
    Tensor positions = workspace.allocate(DType.I32, Shape.of(tokens));
    int row = 0;
    for (int[] sequence : sequences) {
      for (int i = 0; i < sequence.length; i++, row++) {
        ids.setInt(0, row, sequence[i]);
        positions.setInt(0, row, i);
      }
    }
    int[] lengths = sequences.stream().mapToInt(one -> one.length).toArray();
    return new TokenRows(ids, positions, KvView.packedSequences(lengths));
  }
}
