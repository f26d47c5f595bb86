package dev.minke.kernel.vector;

import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.AttentionKernels.Call;
import java.util.List;

/// Rows of queries that read one key head and meet the same tiles, one after the other.
sealed interface AttentionPart {
  Call call();

  int rows();

  /// Row of queries, `[tokens, heads]`.
  long row(int index);

  /// Positions that a row sees of those that the part meets; not fewer than the row before it.
  int visible(int index);

  /// Where the keys of a tile begin, in whatever format they are.
  long keys(int tile);

  /// Where the values of a tile begin.
  long values(int tile);

  /// Rows `[from, to)` of those of a sequence, from a tile on to the end.
  ///
  /// @param firstTile the rows met those before it in a [Common]
  record Own(Call call, KvView.Sequence sequence, int kvHead, int from, int to, int firstTile)
      implements AttentionPart {
    @Override
    public int rows() {
      return to - from;
    }

    @Override
    public long row(int index) {
      int token = sequence.firstQuery() + (from + index) / call.group();
      int head = (from + index) % call.group();
      return (long) token * call.heads() + kvHead * call.group() + head;
    }

    @Override
    public int visible(int index) {
      return sequence.firstPosition() + (from + index) / call.group() + 1;
    }

    @Override
    public long keys(int tile) {
      return call.keys().row(call.tile(sequence, kvHead, tile));
    }

    @Override
    public long values(int tile) {
      return call.values().row(call.tile(sequence, kvHead, tile));
    }
  }

  /// Rows `[from, to)` of those of sequences of one query each, over the first tiles, which are the
  /// same memory for all of them.
  ///
  /// @param sequences that begin with the same pages
  /// @param tiles whole ones, which all of them see
  record Common(Call call, List<KvView.Sequence> sequences, int kvHead, int from, int to, int tiles)
      implements AttentionPart {
    @Override
    public int rows() {
      return to - from;
    }

    @Override
    public long row(int index) {
      KvView.Sequence sequence = sequences.get((from + index) / call.group());
      int head = (from + index) % call.group();
      return (long) sequence.firstQuery() * call.heads() + kvHead * call.group() + head;
    }

    @Override
    public int visible(int index) {
      return tiles * KvView.TILE;
    }

    @Override
    public long keys(int tile) {
      return call.keys().row(call.tile(sequences.getFirst(), kvHead, tile));
    }

    @Override
    public long values(int tile) {
      return call.values().row(call.tile(sequences.getFirst(), kvHead, tile));
    }
  }
}
