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
/// Keys and values that lie in another format are widened exactly, a tile at a time, and are then
/// what F32 would be.
///
/// @param source the rows
/// @param sequences the sequences, in the order of their query rows
public record KvView(Source source, List<Sequence> sequences) {
  /// Positions in a tile and in a page of a cache.
  public static final int TILE = 64;

  public KvView {
    sequences = List.copyOf(sequences);
  }

  /// Keys and values that are tensors, see [Source.Tensors].
  public KvView(Tensor keys, Tensor values, List<Sequence> sequences) {
    this(new Source.Tensors(keys, values), sequences);
  }

  /// Rows that hold keys and values.
  public sealed interface Source {
    /// Heads of keys and values.
    int kvHeads();

    /// Width of a key.
    int keyDim();

    /// Width of a value.
    int valueDim();

    /// A tensor of each, of one type.
    ///
    /// @param keys `[rows, kvHeads, keyDim]`, F32 or BF16; rows may have a stride
    /// @param values `[rows, kvHeads, valueDim]`; may be a view of the same memory as `keys`
    record Tensors(Tensor keys, Tensor values) implements Source {
      public Tensors {
        if (keys.dtype() != values.dtype()) {
          throw new IllegalArgumentException(
              "attention: expected keys and values of one type, found %s and %s"
                  .formatted(keys, values));
        }
      }

      @Override
      public int kvHeads() {
        return keys.size(1);
      }

      @Override
      public int keyDim() {
        return keys.shape().columns();
      }

      @Override
      public int valueDim() {
        return values.shape().columns();
      }
    }

    /// Latents in FP8, as one key head that all query heads share: a row's numbers are the key, its
    /// latent is the value.
    record Latents(KvRows rows) implements Source {
      @Override
      public int kvHeads() {
        return 1;
      }

      @Override
      public int keyDim() {
        return rows.layout().width();
      }

      @Override
      public int valueDim() {
        return rows.layout().latentDim();
      }
    }
  }

  /// Keys and values as tensors: what training has.
  ///
  /// @throws IllegalStateException if they are none
  public Source.Tensors tensors() {
    return switch (source) {
      case Source.Tensors tensors -> tensors;
      case Source.Latents(var rows) ->
          throw new IllegalStateException(
              "attention: expected tensors, found latents in " + rows.layout().format());
    };
  }

  /// Latents of a cache as one key head that all query heads share: a row's numbers are the key,
  /// its latent is the value.
  public static KvView ofLatents(KvRows rows, List<Sequence> sequences) {
    return switch (rows.layout().format()) {
      case F32, BF16 -> {
        Tensor keys = rows.numbers().reshape(rows.count(), 1, rows.layout().width());
        yield new KvView(keys, keys.columns(0, rows.layout().latentDim()), sequences);
      }
      case FP8 -> new KvView(new Source.Latents(rows), sequences);
    };
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

    /// Tiles lie anywhere; entry `i` is the row of the first position of tile `i`.
    record Tiles(int[] firstRows) implements Location {}

    /// The row of the first position of a tile; the rest of the tile follows it.
    default int rowOfTile(int tile) {
      return switch (this) {
        case Rows(var firstRow) -> firstRow + tile * TILE;
        case Pages(var pages) -> pages[tile] * TILE;
        case Tiles(var firstRows) -> firstRows[tile];
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
}
