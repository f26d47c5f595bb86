package dev.minke.tokenizer;

import java.util.Arrays;

/// The learned merges in order of rank, and the encoder of one word that applies them.
///
/// The rule: of all neighbouring pairs that have a merge, the one with the lowest rank is merged
/// first, the leftmost of equals; again until none is left. A short word is looked through for it.
/// For a longer one a heap of (rank, position) over a linked list does this in n log n, so one word
/// of a megabyte is no attack. Entries of the heap go stale when a neighbour is merged away; they
/// are recognised when they are taken, because the pair at their position then has another rank or
/// is gone.
final class Merges {
  /// Words of up to so many bytes are quicker looked through than kept in a heap.
  private static final int SHORT = 64;

  private static final int NONE = Integer.MAX_VALUE;

  private final PairTable pairs = new PairTable();
  private final IntList results = new IntList();
  private final int[] byteIds;

  /// Merges over the vocabulary's bytes: all that occur in UTF-8.
  Merges(Vocabulary vocabulary) {
    this(byteIds(vocabulary));
  }

  /// @param byteIds by byte
  Merges(int[] byteIds) {
    this.byteIds = byteIds.clone();
  }

  private static int[] byteIds(Vocabulary vocabulary) {
    int[] byteIds = new int[256];
    for (int value = 0; value < byteIds.length; value++) {
      byteIds[value] = vocabulary.find(new byte[] {(byte) value});
      if (byteIds[value] < 0 && occursInText(value)) {
        throw new TokenizerException(
            "vocabulary: no token for byte 0x%02X, expected one for every byte of UTF-8"
                .formatted(value));
      }
    }
    return byteIds;
  }

  /// DeepSeek-V2's vocabulary lacks the 13 bytes that no well-formed text contains.
  static boolean occursInText(int value) {
    return value != 0xC0 && value != 0xC1 && value < 0xF5;
  }

  /// Adds the merge with the next rank. A pair that has one already keeps it.
  void add(int left, int right, int result) {
    if (pairs.add(left, right) == results.size()) {
      results.add(result);
    }
  }

  /// Adds the merge of two tokens that are spelled in letters of bytes.
  ///
  /// @return whether there are two, and their union is a token
  boolean addSpelled(Vocabulary vocabulary, String[] spellings) {
    if (spellings.length != 2) {
      return false;
    }
    int left = find(vocabulary, spellings[0]);
    int right = find(vocabulary, spellings[1]);
    int result = left < 0 || right < 0 ? -1 : find(vocabulary, spellings[0] + spellings[1]);
    if (result >= 0) {
      add(left, right, result);
    }
    return result >= 0;
  }

  private static int find(Vocabulary vocabulary, String spelling) {
    byte[] bytes = ByteLetters.bytes(spelling);
    return bytes == null ? -1 : vocabulary.find(bytes);
  }

  int size() {
    return results.size();
  }

  int left(int rank) {
    return pairs.left(rank);
  }

  int right(int rank) {
    return pairs.right(rank);
  }

  int result(int rank) {
    return results.get(rank);
  }

  /// The ids of one word.
  int[] encode(byte[] word) {
    int[] ids = new int[word.length];
    for (int i = 0; i < word.length; i++) {
      ids[i] = byteIds[word[i] & 0xFF];
    }
    return merged(ids);
  }

  /// What becomes of tokens in a row.
  ///
  /// @param ids not used by the caller afterwards
  int[] merged(int[] ids) {
    return ids.length <= SHORT ? mergedShort(ids) : new Word(ids).merged();
  }

  /// The token of a byte, or -1.
  int byteId(int value) {
    return byteIds[value];
  }

  private int[] mergedShort(int[] ids) {
    int size = ids.length;
    int[] ranks = new int[size];
    for (int i = 0; i + 1 < size; i++) {
      ranks[i] = rank(ids[i], ids[i + 1]);
    }
    while (true) {
      int best = 0;
      for (int i = 1; i + 1 < size; i++) {
        best = ranks[i] < ranks[best] ? i : best;
      }
      if (size < 2 || ranks[best] == NONE) {
        return size == ids.length ? ids : Arrays.copyOf(ids, size);
      }
      ids[best] = results.get(ranks[best]);
      size--;
      System.arraycopy(ids, best + 2, ids, best + 1, size - best - 1);
      System.arraycopy(ranks, best + 1, ranks, best, size - best);
      if (best + 1 < size) {
        ranks[best] = rank(ids[best], ids[best + 1]);
      }
      if (best > 0) {
        ranks[best - 1] = rank(ids[best - 1], ids[best]);
      }
    }
  }

  private int rank(int left, int right) {
    int rank = pairs.find(left, right);
    return rank < 0 ? NONE : rank;
  }

  /// A word while it is merged: symbols in a doubly linked list, candidates in a heap.
  private final class Word {
    private final int[] ids;
    private final int[] next;
    private final int[] previous;
    private final LongHeap candidates;

    Word(int[] ids) {
      this.ids = ids;
      next = new int[ids.length];
      previous = new int[ids.length];
      candidates = new LongHeap(ids.length);
      for (int i = 0; i < ids.length; i++) {
        previous[i] = i - 1;
        next[i] = i + 1 < ids.length ? i + 1 : -1;
      }
      for (int i = 0; i + 1 < ids.length; i++) {
        offer(i);
      }
    }

    int[] merged() {
      while (!candidates.isEmpty()) {
        long candidate = candidates.removeFirst();
        int position = (int) candidate;
        if (rankAt(position) == (int) (candidate >>> 32)) {
          merge(position, (int) (candidate >>> 32));
        }
      }
      int[] kept = new int[ids.length];
      int count = 0;
      for (int i = 0; i >= 0; i = next[i]) {
        kept[count++] = ids[i];
      }
      return Arrays.copyOf(kept, count);
    }

    private void merge(int position, int rank) {
      int gone = next[position];
      ids[position] = results.get(rank);
      ids[gone] = -1;
      next[position] = next[gone];
      if (next[position] >= 0) {
        previous[next[position]] = position;
        offer(position);
      }
      if (previous[position] >= 0) {
        offer(previous[position]);
      }
    }

    private void offer(int position) {
      int rank = rankAt(position);
      if (rank >= 0) {
        candidates.add(((long) rank << 32) | position);
      }
    }

    /// Rank of the pair that starts at a position, or -1.
    private int rankAt(int position) {
      if (ids[position] < 0 || next[position] < 0) {
        return -1;
      }
      return pairs.find(ids[position], ids[next[position]]);
    }
  }
}
