package dev.minke.kernel.vector;

import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.KvView;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Causal attention, forward: blocks of rows meet one tile of positions after the other.
///
/// A row is one query of one head. Rows that read the same key head lie in one list, by token and
/// then head, so they see ever more positions; blocks of that list are shared among the threads. A
/// block of many rows goes through [PanelAttention], whose vectors run along rows, one of few
/// through [RowAttention], whose vectors run along positions; their results are equal.
///
/// Where sequences begin with the same pages, the rows of all of them meet these first, together
/// ([CommonTiles]); then each sequence's rows go on with its own tiles. Each row meets its tiles in
/// order all the same.
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

  void attention(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp) {
    Call call = Call.of(query, view, scale, out, logSumExp);
    List<CommonTiles> common = common(call, view);
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      long rows = common.isEmpty() ? 0 : query.size(0) * (long) call.heads;
      long address = scratch.floats(RowStates.floats(rows, call.valueDim()));
      RowStates states = new RowStates(address, call.valueDim());
      long nanos = nanos(call, view);
      if (!common.isEmpty()) {
        List<AttentionPart.Common> parts = commonParts(call, common);
        gang.run(nanos, parts.size(), index -> attend(parts.get(index), states));
      }
      List<AttentionPart.Own> parts = ownParts(call, view, common);
      gang.run(
          nanos,
          parts.size(),
          // The last rows see the most positions: longest first.
          index -> attend(parts.get(parts.size() - 1 - index), states));
    }
  }

  /// Beginnings that enough rows have in common.
  private List<CommonTiles> common(Call call, KvView view) {
    List<CommonTiles> common = new ArrayList<>();
    for (CommonTiles one : CommonTiles.of(view.sequences())) {
      if (one.sequences().size() * call.group() > RowAttention.FEW_ROWS) {
        common.add(one);
      }
    }
    return common;
  }

  private List<AttentionPart.Common> commonParts(Call call, List<CommonTiles> common) {
    List<AttentionPart.Common> parts = new ArrayList<>();
    for (CommonTiles one : common) {
      int rows = one.sequences().size() * call.group();
      int cuts = (gang.threads() + call.kvHeads - 1) / call.kvHeads;
      int each = AttentionTiles.padded((rows + cuts - 1) / cuts);
      int most = Math.min(each, MOST_ROWS);
      for (int from = 0; from < rows; from += most) {
        int to = Math.min(rows, from + most);
        for (int kvHead = 0; kvHead < call.kvHeads; kvHead++) {
          parts.add(new AttentionPart.Common(call, one.sequences(), kvHead, from, to, one.tiles()));
        }
      }
    }
    return parts;
  }

  static long nanos(Call call, KvView view) {
    double work = 0;
    for (KvView.Sequence sequence : view.sequences()) {
      work += (double) sequence.queries() * (sequence.firstPosition() + sequence.queries() / 2 + 1);
    }
    return (long) (work * call.heads * (call.keyDim() + call.valueDim()) * NANOS_PER_MULTIPLY_ADD);
  }

  private List<AttentionPart.Own> ownParts(Call call, KvView view, List<CommonTiles> common) {
    long rows = 0;
    for (KvView.Sequence sequence : view.sequences()) {
      rows += (long) sequence.queries() * call.heads;
    }
    long fair = rows / ((long) PARTS_PER_THREAD * gang.threads());
    // Each part packs its tiles anew, which takes as long as some rows do.
    long each = (rows + gang.threads() - 1) / gang.threads();
    long least = Math.max(Tiles.ROWS, Math.min(each, PANEL_ROWS));
    int most = (int) Math.clamp(fair, least, MOST_ROWS);
    Map<KvView.Sequence, Integer> met = new IdentityHashMap<>();
    for (CommonTiles one : common) {
      one.sequences().forEach(sequence -> met.put(sequence, one.tiles()));
    }
    List<AttentionPart.Own> parts = new ArrayList<>();
    for (KvView.Sequence sequence : view.sequences()) {
      int firstTile = met.getOrDefault(sequence, 0);
      int own = sequence.queries() * call.group();
      for (int from = 0; from < own; from += most) {
        for (int kvHead = 0; kvHead < call.kvHeads; kvHead++) {
          int to = Math.min(own, from + most);
          parts.add(new AttentionPart.Own(call, sequence, kvHead, from, to, firstTile));
        }
      }
    }
    return parts;
  }

  private void attend(AttentionPart part, RowStates states) {
    boolean goesOn = part instanceof AttentionPart.Own own && own.firstTile() > 0;
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      if (part.rows() < PANEL_ROWS || goesOn) {
        new RowAttention(part, states, scratch).run();
      } else {
        new PanelAttention(part, states, scratch).run();
      }
    }
  }
}
