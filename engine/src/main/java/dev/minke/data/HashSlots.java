package dev.minke.data;

/// A set of 64-bit hashes, each with a mark: open addressing, 9 bytes a slot. One thread.
final class HashSlots {
  private long[] hashes = new long[1 << 10];
  private boolean[] marks = new boolean[1 << 10];
  private int count;

  /// 0 means an empty slot.
  private static long nonZero(long hash) {
    return hash == 0 ? 1 : hash;
  }

  void add(long hash) {
    if (2 * count >= hashes.length) {
      grow();
    }
    int slot = slot(nonZero(hash));
    if (hashes[slot] == 0) {
      hashes[slot] = nonZero(hash);
      count++;
    }
  }

  /// Marks a hash, if it is in the set.
  void mark(long hash) {
    int slot = slot(nonZero(hash));
    marks[slot] |= hashes[slot] != 0;
  }

  boolean isMarked(long hash) {
    return marks[slot(nonZero(hash))];
  }

  private int slot(long hash) {
    int slot = (int) hash & (hashes.length - 1);
    while (hashes[slot] != 0 && hashes[slot] != hash) {
      slot = (slot + 1) & (hashes.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] before = hashes;
    boolean[] marked = marks;
    hashes = new long[2 * before.length];
    marks = new boolean[hashes.length];
    for (int i = 0; i < before.length; i++) {
      if (before[i] != 0) {
        int slot = slot(before[i]);
        hashes[slot] = before[i];
        marks[slot] = marked[i];
      }
    }
  }
}
