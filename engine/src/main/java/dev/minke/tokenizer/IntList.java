package dev.minke.tokenizer;

import java.util.Arrays;

/// A growing list of ints. Mutable; owned by whoever fills it.
final class IntList {
  private int[] values = new int[4];
  private int size;

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.addExact(size, Math.max(size / 2, 4)));
    }
    values[size++] = value;
  }

  void addAll(int[] more) {
    for (int value : more) {
      add(value);
    }
  }

  int get(int index) {
    return values[index];
  }

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  /// A copy of the values.
  int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  /// A copy of the values, ascending.
  int[] toSortedArray() {
    int[] sorted = toArray();
    Arrays.sort(sorted);
    return sorted;
  }
}
