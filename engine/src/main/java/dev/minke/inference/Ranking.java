package dev.minke.inference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.DoublePredicate;

/// The tokens of one row of logits by rank: highest logit first, ties by ascending id. Finds the
/// head of the order without sorting the vocabulary.
///
/// The highest logit of each block is kept, so later scans look into those blocks alone that hold
/// what they look for. Its arrays are used again for the next row. Belongs to one thread.
final class Ranking {
  /// Logits that share an entry of [#tops]: what is skipped together.
  private static final int BLOCK = 128;

  /// Logits whose bits are looked at together, whole blocks of them.
  private static final int CHUNK = 8 * BLOCK;

  /// Between the order of floats and that of keys, in which -∞ is the lowest integer: numbers below
  /// it, which are no logits, become the highest.
  private static final int FROM_LOWEST =
      Integer.MIN_VALUE - ordered(Float.floatToRawIntBits(Float.NEGATIVE_INFINITY));

  private final int[] bits = new int[CHUNK];
  private float[] logits = {};
  private float highest;

  /// `[vocab / BLOCK]`, rounded up: highest logit of each block.
  private float[] tops = {};

  private float[] best = {};
  private long[] keys = {};
  private int selected;

  /// Takes a row, which must stay as it is until the next one is read.
  ///
  /// @param row `[vocab]`, finite or -∞, not all of them -∞
  void read(float[] row) {
    logits = row;
    int blocks = Math.ceilDiv(row.length, BLOCK);
    if (tops.length != blocks) {
      tops = new float[blocks];
    }
    MemorySegment from = MemorySegment.ofArray(row);
    int highestKey = Integer.MIN_VALUE;
    for (int begin = 0; begin < row.length; begin += CHUNK) {
      int count = Math.min(CHUNK, row.length - begin);
      MemorySegment.copy(from, ValueLayout.JAVA_INT, (long) begin * Float.BYTES, bits, 0, count);
      for (int at = 0; at < count; at += BLOCK) {
        int key = highestKey(bits, at, Math.min(count, at + BLOCK));
        tops[(begin + at) / BLOCK] = Float.intBitsToFloat(ordered(key - FROM_LOWEST));
        highestKey = Math.max(highestKey, key);
      }
    }
    highest = Float.intBitsToFloat(ordered(highestKey - FROM_LOWEST));
    if (!Float.isFinite(highest)) {
      throw new IllegalArgumentException(
          "logits: expected finite numbers, found %s; the weights are damaged or too large"
              .formatted(highest));
    }
  }

  /// The highest logit, as a key: integers have a loop that needs no branches and is done by
  /// vectors, floats have not.
  private static int highestKey(int[] bits, int from, int to) {
    int highest = Integer.MIN_VALUE;
    for (int i = from; i < to; i++) {
      highest = Math.max(highest, ordered(bits[i]) + FROM_LOWEST);
    }
    return highest;
  }

  /// How many blocks of logits there are.
  int blocks() {
    return tops.length;
  }

  /// Whether a block has a logit that is at least so high.
  boolean reaches(int block, float logit) {
    return tops[block] >= logit;
  }

  /// The highest logit of a block.
  float top(int block) {
    return tops[block];
  }

  /// The first token of a block.
  int begin(int block) {
    return block * BLOCK;
  }

  /// Behind the last token of a block.
  int end(int block) {
    return Math.min(logits.length, (block + 1) * BLOCK);
  }

  float highest() {
    return highest;
  }

  /// A low logit, though not always the lowest: that of the first tokens of all blocks.
  float low() {
    float low = highest;
    for (int id = 0; id < logits.length; id += BLOCK) {
      if (logits[id] < low && logits[id] > Float.NEGATIVE_INFINITY) {
        low = logits[id];
      }
    }
    return low;
  }

  /// The most probable token.
  int first() {
    int block = 0;
    while (tops[block] != highest) {
      block++;
    }
    int id = begin(block);
    while (logits[id] != highest) {
      id++;
    }
    return id;
  }

  /// The logit of the token at a rank; -∞ if there are not so many.
  ///
  /// @param rank from 1
  float atRank(int rank) {
    if (rank >= logits.length) {
      return Float.NEGATIVE_INFINITY;
    }
    // Room for as many again, so that sorting is shared by many.
    int room = Math.min(logits.length, rank + Math.max(rank, BLOCK));
    if (best.length < room) {
      best = new float[room];
    }
    int held = 0;
    float bar = Float.NEGATIVE_INFINITY;
    for (int block = 0; block < tops.length; block++) {
      if (tops[block] > bar) {
        for (int id = begin(block); id < end(block); id++) {
          if (logits[id] > bar) {
            if (held == room) {
              bar = keepBest(rank, held);
              held = rank;
            }
            best[held++] = logits[id];
          }
        }
      }
    }
    return held < rank ? Float.NEGATIVE_INFINITY : keepBest(rank, held);
  }

  /// Moves the best to the front.
  ///
  /// @return the last of them
  private float keepBest(int rank, int held) {
    Arrays.sort(best, 0, held);
    System.arraycopy(best, held - rank, best, 0, rank);
    return best[0];
  }

  /// Selects the tokens with logits in [`from`, `below`) and brings them in order.
  void select(float from, float below) {
    selected = 0;
    for (int block = 0; block < tops.length; block++) {
      if (reaches(block, from)) {
        for (int id = begin(block); id < end(block); id++) {
          if (logits[id] >= from && logits[id] < below) {
            add(id);
          }
        }
      }
    }
    Arrays.sort(keys, 0, selected);
  }

  private void add(int id) {
    if (selected == keys.length) {
      keys = Arrays.copyOf(keys, Math.max(2 * selected, BLOCK));
    }
    // Adding 0 makes one of both zeros, which are equal.
    int falling = ~ordered(Float.floatToRawIntBits(logits[id] + 0f));
    keys[selected++] = (long) falling << Integer.SIZE | id;
  }

  /// How many are selected.
  int selected() {
    return selected;
  }

  /// @param index among those selected
  /// @return what orders tokens as ranks do
  long key(int index) {
    return keys[index];
  }

  /// The token of a key.
  static int id(long key) {
    return (int) key;
  }

  /// Its logit.
  static float logit(long key) {
    return Float.intBitsToFloat(ordered(~(int) (key >>> Integer.SIZE)));
  }

  /// The lowest number that could be a logit of this row and of which something holds that holds of
  /// the highest logit, and of each above one of which it holds.
  float lowest(DoublePredicate holds) {
    long fails = ordered(Float.floatToRawIntBits(-Float.MAX_VALUE)) - 1L;
    long found = ordered(Float.floatToRawIntBits(highest));
    while (found - fails > 1) {
      long middle = fails + found >> 1;
      if (holds.test(Float.intBitsToFloat(ordered((int) middle)))) {
        found = middle;
      } else {
        fails = middle;
      }
    }
    return Float.intBitsToFloat(ordered((int) found));
  }

  /// From the bits of a float to an integer that is ordered as floats are, and back.
  private static int ordered(int bits) {
    return bits ^ bits >> Integer.SIZE - 1 & Integer.MAX_VALUE;
  }
}
