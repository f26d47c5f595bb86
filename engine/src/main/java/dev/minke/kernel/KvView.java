package dev.minke.kernel;

import dev.minke.tensor.Tensor;
import java.util.List;

/// How attention sees keys and values: sequences over rows (training) or over pages (a cache).
///
/// Query rows of one call are divided among sequences; the queries of a sequence are its *last*
/// `queries` positions. Position `p` of a sequence lies in row `pages[p / pageSize] · pageSize + p
/// % pageSize` of a paged view, or in row `firstRow + p` of an identity view. A query at position
/// `p` sees positions `0 … p` of its own sequence and nothing else. Tiles of [#TILE] positions are
/// anchored at position 0 of the sequence, so packed, apart, cached and uncached give the same
/// bits.
///
/// @param keys `[rows, kvHeads, keyDim]`, F32; rows may have a stride
/// @param values `[rows, kvHeads, valueDim]`, F32; may be a view of the same memory as `keys`
/// @param sequences the sequences, in the order of their query rows
public record KvView(Tensor keys, Tensor values, List<Sequence> sequences) {
  /// Positions in a tile and in a page of a cache.
  public static final int TILE = 64;

  public KvView {
    sequences = List.copyOf(sequences);
  }

  /// One sequence's part of the queries and where its keys are.
  ///
  /// @param firstQuery first row of the queries that belongs to it
  /// @param queries number of its query rows
  /// @param length its positions so far, the queries' own included
  /// @param location where position `p` lies
  public record Sequence(int firstQuery, int queries, int length, Location location) {
    public Sequence {
      if (queries < 1 || length < queries || firstQuery < 0) {
        throw new IllegalArgumentException(
            "sequence: expected 1 <= queries <= length, found queries %d, length %d, first row %d"
                .formatted(queries, length, firstQuery));
      }
    }

    /// The position of its first query.
    public int firstPosition() {
      return length - queries;
    }
  }

  /// Where the positions of a sequence lie among the rows.
  public sealed interface Location {
    /// Positions follow each other from a row on.
    record Rows(int firstRow) implements Location {}

    /// Positions lie in pages of [KvView#TILE] rows; entry `i` is the number of the page of tile
    /// `i`.
    record Pages(int[] pages) implements Location {}

    /// The row of the first position of a tile; the rest of the tile follows it.
    default int rowOfTile(int tile) {
      return switch (this) {
        case Rows(var firstRow) -> firstRow + tile * TILE;
        case Pages(var pages) -> pages[tile] * TILE;
      };
    }
  }

  /// Whole sequences that lie packed behind each other, each seeing itself only: the view of
  /// training and prefill.
  ///
  /// @param lengths tokens of each sequence; their sum is the number of rows used
  public static KvView packed(Tensor keys, Tensor values, int... lengths) {
    return new KvView(keys, values, packedSequences(lengths));
  }

  /// The sequences of a packed row, see [#packed].
  public static List<Sequence> packedSequences(int... lengths) {
    Sequence[] sequences = new Sequence[lengths.length];
    int row = 0;
    for (int i = 0; i < lengths.length; i++) {
      sequences[i] = new Sequence(row, lengths[i], lengths[i], new Location.Rows(row));
      row += lengths[i];
    }
    return List.of(sequences);
  }

  /// The same sequences with the same queries, their positions lying packed behind each other from
  /// row 0 on.
  public static List<Sequence> packedTogether(List<Sequence> sequences) {
    Sequence[] packed = new Sequence[sequences.size()];
    int row = 0;
    for (int i = 0; i < packed.length; i++) {
      Sequence one = sequences.get(i);
      packed[i] =
          new Sequence(one.firstQuery(), one.queries(), one.length(), new Location.Rows(row));
      row += one.length();
    }
    return List.of(packed);
  }
}
