package dev.minke.tokenizer;

import java.util.Arrays;

/// Pieces by their bytes: looked up by a stretch of a text, without a copy of it.
///
/// The hash of a stretch is the difference of two sums over the text, so that a stretch of any
/// length is looked up in constant time where no piece has its hash. Mutable while it is filled;
/// afterwards any thread may look up.
final class PieceTable {
  /// An odd number with its bits well spread: 2^64 divided by the golden ratio.
  private static final long BASE = 0x9E3779B97F4A7C15L;

  private byte[][] pieces = new byte[16][];
  private int[] ids = new int[16];
  private int size;

  /// By slot: the number of a piece and one, or 0.
  private int[] slots = new int[64];

  private long[] hashes = new long[64];

  /// Powers of the base, as far as the longest piece.
  private long[] powers = {1};

  /// The sums over a text's beginnings: what [#find] needs.
  static long[] sums(byte[] text) {
    long[] sums = new long[text.length + 1];
    for (int i = 0; i < text.length; i++) {
      sums[i + 1] = sums[i] * BASE + (text[i] & 0xFF) + 1;
    }
    return sums;
  }

  /// Adds a piece.
  ///
  /// @return whether it is new
  boolean add(byte[] piece, int id) {
    if (find(piece, sums(piece), 0, piece.length) >= 0) {
      return false;
    }
    if (size == pieces.length) {
      grow();
    }
    int known = powers.length;
    if (piece.length >= known) {
      powers = Arrays.copyOf(powers, piece.length + 1);
      for (int i = known; i < powers.length; i++) {
        powers[i] = powers[i - 1] * BASE;
      }
    }
    pieces[size] = piece;
    ids[size] = id;
    insert(size++);
    return true;
  }

  /// The piece that is the stretch `[from, to)` of a text, or -1.
  ///
  /// @param sums of the text
  int find(byte[] text, long[] sums, int from, int to) {
    if (to - from >= powers.length) {
      return -1;
    }
    long hash = sums[to] - sums[from] * powers[to - from];
    int mask = slots.length - 1;
    for (int slot = slot(hash, mask); slots[slot] != 0; slot = (slot + 1) & mask) {
      byte[] piece = pieces[slots[slot] - 1];
      if (hashes[slot] == hash && Arrays.equals(piece, 0, piece.length, text, from, to)) {
        return ids[slots[slot] - 1];
      }
    }
    return -1;
  }

  /// The piece with exactly these bytes, or -1.
  int find(byte[] piece) {
    return find(piece, sums(piece), 0, piece.length);
  }

  private void insert(int number) {
    byte[] piece = pieces[number];
    long hash = sums(piece)[piece.length];
    int mask = slots.length - 1;
    int slot = slot(hash, mask);
    while (slots[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = number + 1;
    hashes[slot] = hash;
  }

  private void grow() {
    pieces = Arrays.copyOf(pieces, 2 * size);
    ids = Arrays.copyOf(ids, 2 * size);
    slots = new int[8 * size];
    hashes = new long[8 * size];
    for (int number = 0; number < size; number++) {
      insert(number);
    }
  }

  private static int slot(long hash, int mask) {
    return (int) ((hash * BASE) >>> 32) & mask;
  }
}
