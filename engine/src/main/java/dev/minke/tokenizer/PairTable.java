package dev.minke.tokenizer;

import java.util.Arrays;

/// Numbers the pairs of token ids that it is given: 0, 1, 2 … in order of arrival.
///
/// Open addressing over primitive arrays: an encoder asks it once or twice per byte of text.
/// Mutable while it is filled; afterwards any thread may look up.
final class PairTable {
  /// Multiplier of Fibonacci hashing: 2^64 divided by the golden ratio.
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private long[] pairs = new long[16];
  private int size;

  /// No pair: ids are not negative.
  private static final long EMPTY = -1;

  /// By slot: the pair, and its number.
  private long[] keys = empty(32);

  private int[] numbers = new int[32];

  /// Number of the pair, or -1 where it was never added.
  int find(int left, int right) {
    long pair = pair(left, right);
    int slot = slot(pair);
    return keys[slot] == pair ? numbers[slot] : -1;
  }

  /// Number of the pair, which is added if it is new.
  int add(int left, int right) {
    long pair = pair(left, right);
    int slot = slot(pair);
    if (keys[slot] == EMPTY) {
      if (size == pairs.length) {
        grow();
        slot = slot(pair);
      }
      pairs[size] = pair;
      keys[slot] = pair;
      numbers[slot] = size++;
    }
    return numbers[slot];
  }

  int left(int number) {
    return (int) (pairs[number] >>> 32);
  }

  int right(int number) {
    return (int) pairs[number];
  }

  int size() {
    return size;
  }

  private void grow() {
    pairs = Arrays.copyOf(pairs, 2 * size);
    keys = empty(4 * size);
    numbers = new int[4 * size];
    for (int number = 0; number < size; number++) {
      int slot = slot(pairs[number]);
      keys[slot] = pairs[number];
      numbers[slot] = number;
    }
  }

  private static long[] empty(int slots) {
    long[] keys = new long[slots];
    Arrays.fill(keys, EMPTY);
    return keys;
  }

  /// The pair's slot, or the empty one where it belongs.
  private int slot(long pair) {
    int mask = keys.length - 1;
    int slot = (int) ((pair * SPREAD) >>> 32) & mask;
    while (keys[slot] != EMPTY && keys[slot] != pair) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | (right & 0xFFFFFFFFL);
  }
}
