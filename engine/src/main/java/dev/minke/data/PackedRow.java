package dev.minke.data;

import java.util.List;

/// Documents, or parts of long ones, behind each other; each is a sequence of its own.
///
/// @param pieces in order
public record PackedRow(List<Piece> pieces) {
  public PackedRow {
    pieces = List.copyOf(pieces);
  }

  /// Inputs `[from, from + length)` of a document; their targets are one token further.
  ///
  /// @param document index in the shard
  /// @param from first input
  /// @param length inputs, 1 or more
  public record Piece(int document, int from, int length) {}

  /// Inputs, and so targets, of all pieces.
  public int tokens() {
    return pieces.stream().mapToInt(Piece::length).sum();
  }
}
