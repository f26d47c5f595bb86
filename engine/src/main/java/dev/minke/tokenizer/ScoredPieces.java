package dev.minke.tokenizer;

import java.util.Arrays;

/// Merging by score: of all neighbours whose union is a piece, those with the best piece are merged
/// first, the leftmost of equals; again until none is left (SentencePiece; llama.cpp's `llama`
/// tokenizer). A character that ends up as no piece is spelled in bytes.
///
/// A heap of (place of the score, position) over a linked list does this in n log n. Entries of the
/// heap go stale when a neighbour is merged away; they are recognised when they are taken, because
/// the union at their position is then another.
final class ScoredPieces implements PieceMerger {
  private final PieceTable pieces;
  private final int[] byteIds;
  private final float[] scores;

  /// By id: how many scores are better; equal for equal scores.
  private final int[] places;

  /// @param pieces that may be merged to
  /// @param byteIds by byte
  /// @param scores by id, none of them no number
  ScoredPieces(PieceTable pieces, int[] byteIds, float[] scores) {
    this.pieces = pieces;
    this.byteIds = byteIds.clone();
    this.scores = scores.clone();
    for (int id = 0; id < scores.length; id++) {
      this.scores[id] += 0f; // -0 is 0
    }
    float[] ascending = this.scores.clone();
    Arrays.sort(ascending);
    places = new int[scores.length];
    for (int id = 0; id < scores.length; id++) {
      places[id] = scores.length - 1 - Arrays.binarySearch(ascending, this.scores[id]);
    }
  }

  float score(int id) {
    return scores[id];
  }

  @Override
  public void encode(byte[] text, IntList ids) {
    Run run = new Run(text);
    run.merge();
    run.addTo(ids);
  }

  /// A text while it is merged.
  private final class Run {
    private final byte[] text;
    private final long[] sums;

    /// By symbol: where it begins; behind the last, the text's end.
    private final int[] starts;

    private final int[] next;
    private final int[] previous;

    /// By symbol: its piece, or -1.
    private final int[] ids;

    /// By symbol: the piece that it makes with the next one, or -1.
    private final int[] unions;

    private final LongHeap candidates;

    Run(byte[] text) {
      this.text = text;
      sums = PieceTable.sums(text);
      IntList begins = new IntList(text.length);
      for (int at = 0; at < text.length; at = PieceMerger.characterEnd(text, at)) {
        begins.add(at);
      }
      int symbols = begins.size();
      begins.add(text.length);
      starts = begins.toArray();
      next = new int[symbols];
      previous = new int[symbols];
      ids = new int[symbols];
      unions = new int[symbols];
      candidates = new LongHeap(symbols);
      for (int i = 0; i < symbols; i++) {
        next[i] = i + 1;
        previous[i] = i - 1;
        ids[i] = pieces.find(text, sums, starts[i], starts[i + 1]);
      }
      for (int i = 0; i < symbols; i++) {
        offer(i);
      }
    }

    void merge() {
      while (!candidates.isEmpty()) {
        long candidate = candidates.removeFirst();
        int symbol = (int) candidate;
        if (unions[symbol] >= 0 && places[unions[symbol]] == (int) (candidate >>> 32)) {
          mergeWithNext(symbol);
        }
      }
    }

    private void mergeWithNext(int symbol) {
      int gone = next[symbol];
      ids[symbol] = unions[symbol];
      unions[gone] = -1;
      next[symbol] = next[gone];
      if (next[symbol] < previous.length) {
        previous[next[symbol]] = symbol;
      }
      offer(symbol);
      if (previous[symbol] >= 0) {
        offer(previous[symbol]);
      }
    }

    private void offer(int symbol) {
      int behind = next[symbol];
      unions[symbol] =
          behind == next.length
              ? -1
              : pieces.find(text, sums, starts[symbol], starts[next[behind]]);
      if (unions[symbol] >= 0) {
        candidates.add(((long) places[unions[symbol]] << 32) | symbol);
      }
    }

    void addTo(IntList list) {
      for (int symbol = 0; symbol < next.length; symbol = next[symbol]) {
        if (ids[symbol] >= 0) {
          list.add(ids[symbol]);
        } else {
          for (int at = starts[symbol]; at < starts[next[symbol]]; at++) {
            list.add(byteIds[text[at] & 0xFF]);
          }
        }
      }
    }
  }
}
