package dev.minke.data;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.List;

/// Packs documents into rows of at most `rowTokens` inputs, in an order of its own each epoch.
///
/// A document that does not fit in what is left of a row begins the next one; one longer than a row
/// is split, and the parts share one token, so that every token but a document's first is a target
/// exactly once. Rows are not padded: they may be shorter. The order is a function of seed and
/// position alone. Not thread-safe: it keeps the order of one epoch of each part.
public final class Packing {
  private final Mixture mixture;
  private final TokenShard shard;
  private final int[] firsts;
  private final int rowTokens;
  private final long seed;
  private final int[] orderEpochs;
  private final int[][] orders;

  /// @param rowTokens most inputs in a row
  /// @throws IllegalArgumentException if no document has two tokens
  public Packing(TokenShard shard, int rowTokens, long seed) {
    this(Mixture.of(shard), rowTokens, seed);
  }

  /// @param rowTokens most inputs in a row
  /// @throws IllegalArgumentException if a part has no document with two tokens
  public Packing(Mixture mixture, int rowTokens, long seed) {
    if (rowTokens < 1) {
      throw new IllegalArgumentException(
          "packing: expected rows of 1 token or more, found " + rowTokens);
    }
    int count = mixture.parts().size();
    this.mixture = mixture;
    this.shard = mixture.joined();
    this.firsts = new int[count];
    this.orderEpochs = new int[count];
    this.orders = new int[count][];
    this.rowTokens = rowTokens;
    this.seed = seed;
    for (int part = 0; part < count; part++) {
      requireUseful(mixture.parts().get(part));
      firsts[part] = part == 0 ? 0 : firsts[part - 1] + documents(part - 1);
      orderEpochs[part] = -1;
    }
  }

  private static void requireUseful(Mixture.Part part) {
    TokenShard documents = part.shard();
    for (int document = 0; document < documents.documents(); document++) {
      if (documents.length(document) > 1) {
        return;
      }
    }
    throw new IllegalArgumentException(
        "packing: expected a document of two tokens or more in %s, found %d documents with %d tokens"
            .formatted(part.name(), documents.documents(), documents.tokens()));
  }

  private int documents(int part) {
    return mixture.parts().get(part).shard().documents();
  }

  /// The documents of all parts, as the pieces of rows number them.
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
    List<DataPosition.Cursor> cursors = from.cursors(firsts.length);
    int part = from.current();
    int offset = from.offset();
    int left = rowTokens;
    while (left > 0) {
      part = offset > 0 ? part : next(cursors);
      DataPosition.Cursor at = cursors.get(part);
      if (at.index() >= documents(part)) {
        at = new DataPosition.Cursor(at.epoch() + 1, 0, at.inputs());
        cursors.set(part, at);
      }
      int document = firsts[part] + order(part, at.epoch())[at.index()];
      int inputs = shard.length(document) - 1 - offset;
      if (inputs > left && !pieces.isEmpty()) {
        break;
      }
      int length = Math.min(inputs, left);
      if (length > 0) {
        pieces.add(new PackedRow.Piece(document, offset, length));
        left -= length;
      }
      if (length < inputs) {
        offset += length;
      } else {
        long read = at.inputs() + offset + Math.max(0, inputs);
        cursors.set(part, new DataPosition.Cursor(at.epoch(), at.index() + 1, read));
        offset = 0;
      }
    }
    return new DataPosition(cursors, offset > 0 ? part : 0, offset);
  }

  /// The part of which the least has been read, by its weight; of equals the first.
  private int next(List<DataPosition.Cursor> cursors) {
    int next = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int part = 0; part < firsts.length; part++) {
      double read = cursors.get(part).inputs() / mixture.parts().get(part).weight();
      if (read < least) {
        next = part;
        least = read;
      }
    }
    return next;
  }

  /// The documents of a part in their order in an epoch (Fisher-Yates).
  private int[] order(int part, int epoch) {
    if (orderEpochs[part] != epoch) {
      String name = part == 0 ? "epoch." + epoch : "part.%d.epoch.%d".formatted(part, epoch);
      RandomStream random = RandomStream.named(seed, name);
      int[] shuffled = new int[documents(part)];
      for (int i = 0; i < shuffled.length; i++) {
        int j = random.below(i + 1, i);
        shuffled[i] = shuffled[j];
        shuffled[j] = i;
      }
      orders[part] = shuffled;
      orderEpochs[part] = epoch;
    }
    return orders[part];
  }
}
