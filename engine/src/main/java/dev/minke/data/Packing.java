package dev.minke.data;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.List;

/// Packs documents into rows of at most `rowTokens` inputs, in an order of its own each epoch.
///
/// A document that does not fit in what is left of a row begins the next one; one longer than a row
/// is split, and the parts share one token, so that every token but a document's first is a target
/// exactly once. Rows are not padded: they may be shorter. The order is a function of seed and
/// epoch alone. Not thread-safe: it keeps the order of one epoch.
public final class Packing {
  private final TokenShard shard;
  private final int rowTokens;
  private final long seed;
  private int orderEpoch = -1;
  private int[] order = {};

  /// @param rowTokens most inputs in a row
  /// @throws IllegalArgumentException if no document has two tokens
  public Packing(TokenShard shard, int rowTokens, long seed) {
    if (rowTokens < 1) {
      throw new IllegalArgumentException(
          "packing: expected rows of 1 token or more, found " + rowTokens);
    }
    boolean useful = false;
    for (int document = 0; document < shard.documents() && !useful; document++) {
      useful = shard.length(document) > 1;
    }
    if (!useful) {
      throw new IllegalArgumentException(
          "packing: expected a document of two tokens or more, found %d documents with %d tokens"
              .formatted(shard.documents(), shard.tokens()));
    }
    this.shard = shard;
    this.rowTokens = rowTokens;
    this.seed = seed;
  }

  public TokenShard shard() {
    return shard;
  }

  /// Rows and where the next ones begin.
  ///
  /// @param rows in order
  /// @param next the position after them
  public record Taken(List<PackedRow> rows, DataPosition next) {
    public Taken {
      rows = List.copyOf(rows);
    }
  }

  /// The next rows from a position on; goes on with another epoch at the end of one.
  public Taken take(DataPosition from, int count) {
    List<PackedRow> rows = new ArrayList<>(count);
    DataPosition at = from;
    for (int i = 0; i < count; i++) {
      List<PackedRow.Piece> pieces = new ArrayList<>();
      at = fill(at, pieces);
      rows.add(new PackedRow(pieces));
    }
    return new Taken(rows, at);
  }

  /// All documents in the order of the shard, each once, until `tokens` inputs are reached; whole
  /// documents only.
  public List<PackedRow> inOrder(int tokens) {
    List<PackedRow> rows = new ArrayList<>();
    List<PackedRow.Piece> pieces = new ArrayList<>();
    int left = rowTokens;
    long taken = 0;
    for (int document = 0; document < shard.documents() && taken < tokens; document++) {
      int inputs = shard.length(document) - 1;
      int offset = 0;
      while (offset < inputs) {
        if (!pieces.isEmpty() && inputs > left) {
          rows.add(new PackedRow(pieces));
          pieces = new ArrayList<>();
          left = rowTokens;
        }
        int length = Math.min(inputs - offset, left);
        pieces.add(new PackedRow.Piece(document, offset, length));
        offset += length;
        left -= length;
      }
      taken += Math.max(inputs, 0);
    }
    if (!pieces.isEmpty()) {
      rows.add(new PackedRow(pieces));
    }
    return List.copyOf(rows);
  }

  private DataPosition fill(DataPosition from, List<PackedRow.Piece> pieces) {
    DataPosition at = from;
    int left = rowTokens;
    while (left > 0) {
      if (at.index() >= shard.documents()) {
        at = new DataPosition(at.epoch() + 1, 0, 0);
      }
      int document = order(at.epoch())[at.index()];
      int inputs = shard.length(document) - 1 - at.offset();
      if (inputs < 1) {
        at = new DataPosition(at.epoch(), at.index() + 1, 0);
        continue;
      }
      if (inputs > left && !pieces.isEmpty()) {
        return at;
      }
      int length = Math.min(inputs, left);
      pieces.add(new PackedRow.Piece(document, at.offset(), length));
      left -= length;
      at =
          length == inputs
              ? new DataPosition(at.epoch(), at.index() + 1, 0)
              : new DataPosition(at.epoch(), at.index(), at.offset() + length);
    }
    return at;
  }

  /// The documents of an epoch in their order (Fisher-Yates).
  private int[] order(int epoch) {
    if (orderEpoch != epoch) {
      RandomStream random = RandomStream.named(seed, "epoch." + epoch);
      int[] shuffled = new int[shard.documents()];
      for (int i = 0; i < shuffled.length; i++) {
        int j = random.below(i + 1, i);
        shuffled[i] = shuffled[j];
        shuffled[j] = i;
      }
      order = shuffled;
      orderEpoch = epoch;
    }
    return order;
  }
}
