package dev.minke.data;

/// How far a run has read: the next token to be packed.
///
/// @param epoch passes over the documents begun before this one
/// @param index place of the document in the order of the epoch
/// @param offset tokens of the document that are already packed
public record DataPosition(int epoch, int index, int offset) {
  /// Before the first token.
  public static final DataPosition START = new DataPosition(0, 0, 0);

  public DataPosition {
    if (epoch < 0 || index < 0 || offset < 0) {
      throw new IllegalArgumentException(
          "data position: expected no negative number, found epoch %d, index %d, offset %d"
              .formatted(epoch, index, offset));
    }
  }
}
