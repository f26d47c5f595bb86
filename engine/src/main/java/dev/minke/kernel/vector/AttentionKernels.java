package dev.minke.kernel.vector;

import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.KvView;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Causal attention, forward: blocks of rows meet one tile of positions after the other.
///
/// A row is one query of one head. Rows that read the same key head lie in one list, by token and
/// then head, so they see ever more positions; blocks of that list are shared among the threads. A
/// block of many rows goes through [PanelAttention], whose vectors run along rows, one of few
/// through [RowAttention], whose vectors run along positions; their results are equal.
final class AttentionKernels {
  /// Rows of a part at most: a tile is transposed once for all of them.
  private static final int MOST_ROWS = 256;

  private static final int PARTS_PER_THREAD = 4;
  private static final double NANOS_PER_MULTIPLY_ADD = 0.05;

  /// So many rows fill enough of a panel.
  private static final int PANEL_ROWS = Tiles.COLUMNS / 2;

  private final Gang gang;
  private final ScratchPool scratches;

  AttentionKernels(Gang gang, ScratchPool scratches) {
    this.gang = gang;
    this.scratches = scratches;
  }

  /// What a call is about.
  record Call(
      KvView.Source source,
      FloatRows query,
      FloatRows keys,
      FloatRows values,
      int heads,
      int kvHeads,
      float scale,
      FloatRows out,
      FloatRows logSumExp) {
    static Call of(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp) {
      KvView.Source source = view.source();
      return new Call(
          source,
          FloatRows.of(query),
          keys(source),
          values(source),
          query.size(1),
          source.kvHeads(),
          scale,
          FloatRows.of(out),
          FloatRows.of(logSumExp));
    }

    private static FloatRows keys(KvView.Source source) {
      return switch (source) {
        case KvView.Source.Tensors(var keys, _) -> FloatRows.of(keys);
        case KvView.Source.Latents(var rows) -> FloatRows.of(rows, source.keyDim());
      };
    }

    private static FloatRows values(KvView.Source source) {
      return switch (source) {
        case KvView.Source.Tensors(_, var values) -> FloatRows.of(values);
        case KvView.Source.Latents(var rows) -> FloatRows.of(rows, source.valueDim());
      };
    }

    /// How keys and values lie in memory.
    CacheFormat format() {
      return switch (source) {
        case KvView.Source.Tensors(var keys, _) ->
            keys.dtype() == DType.BF16 ? CacheFormat.BF16 : CacheFormat.F32;
        case KvView.Source.Latents(var rows) -> rows.layout().format();
      };
    }

    /// Whether a value is the first numbers of its key.
    boolean valuesAreKeys() {
      return values.address() == keys.address()
          && values.stride() == keys.stride()
          && values.columns() <= keys.columns();
    }

    /// Query heads that read one key head.
    int group() {
      return heads / kvHeads;
    }

    int keyDim() {
      return keys.columns();
    }

    int valueDim() {
      return values.columns();
    }

    /// Bytes from the keys of a position to those of the next.
    long keyStride() {
      return keys.stride() * kvHeads;
    }

    long valueStride() {
      return values.stride() * kvHeads;
    }

    /// Address of the log of the sum for a row of queries.
    long logSumExp(long row) {
      return logSumExp.row(row / heads) + row % heads * Float.BYTES;
    }

    /// Row, among `[rows, kvHeads]`, of the first position of a tile.
    long tile(KvView.Sequence sequence, int kvHead, int tile) {
      return (long) sequence.location().rowOfTile(tile) * kvHeads + kvHead;
    }
  }

  /// Rows `[from, to)` of those of a sequence that read one key head.
  record Part(Call call, KvView.Sequence sequence, int kvHead, int from, int to) {
    int rows() {
      return to - from;
    }

    /// Row of queries, `[tokens, heads]`.
    long row(int index) {
      int token = sequence.firstQuery() + (from + index) / call.group();
      int head = (from + index) % call.group();
      return (long) token * call.heads + kvHead * call.group() + head;
    }

    /// Positions that a row sees.
    int visible(int index) {
      return sequence.firstPosition() + (from + index) / call.group() + 1;
    }

    /// Where the keys of a tile begin, in whatever format they are.
    long keys(int tile) {
      return call.keys.row(call.tile(sequence, kvHead, tile));
    }

    /// Where the values of a tile begin.
    long values(int tile) {
      return call.values.row(call.tile(sequence, kvHead, tile));
    }
  }

  void attention(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp) {
    Call call = Call.of(query, view, scale, out, logSumExp);
    List<Part> parts = parts(call, view);
    gang.run(
        nanos(call, view),
        parts.size(),
        // The last rows see the most positions: longest first.
        index -> attend(parts.get(parts.size() - 1 - index)));
  }

  static long nanos(Call call, KvView view) {
    double work = 0;
    for (KvView.Sequence sequence : view.sequences()) {
      work += (double) sequence.queries() * (sequence.firstPosition() + sequence.queries() / 2 + 1);
    }
    return (long) (work * call.heads * (call.keyDim() + call.valueDim()) * NANOS_PER_MULTIPLY_ADD);
  }

  private List<Part> parts(Call call, KvView view) {
    long rows = 0;
    for (KvView.Sequence sequence : view.sequences()) {
      rows += (long) sequence.queries() * call.heads;
    }
    long fair = rows / ((long) PARTS_PER_THREAD * gang.threads());
    // Each part packs its tiles anew, which takes as long as some rows do.
    long each = (rows + gang.threads() - 1) / gang.threads();
    long least = Math.max(Tiles.ROWS, Math.min(each, PANEL_ROWS));
    int most = (int) Math.clamp(fair, least, MOST_ROWS);
    List<Part> parts = new ArrayList<>();
    for (KvView.Sequence sequence : view.sequences()) {
      int own = sequence.queries() * call.group();
      for (int from = 0; from < own; from += most) {
        for (int kvHead = 0; kvHead < call.kvHeads; kvHead++) {
          parts.add(new Part(call, sequence, kvHead, from, Math.min(own, from + most)));
        }
      }
    }
    return parts;
  }

  private void attend(Part part) {
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      if (part.rows() < PANEL_ROWS) {
        new RowAttention(part, scratch).run();
      } else {
        new PanelAttention(part, scratch).run();
      }
    }
  }
}
