package dev.minke.tokenizer;

import java.util.Arrays;

/// A growing list of ints. Mutable; owned by whoever fills it.
public final class IntList {
  private int[] values;
  private int size;

  public IntList() {
    this(4);
  }

  public IntList(int capacity) {
    values = new int[Math.max(capacity, 4)];
  }

  public void add(int value) {
    if (size == values.length) {
      grow(1);
    }
    values[size++] = value;
  }

  void addAll(int[] more) {
    if (more.length == 1) {
      add(more[0]);
      return;
    }
    if (size + more.length > values.length) {
      grow(more.length);
    }
    System.arraycopy(more, 0, values, size, more.length);
    size += more.length;
  }

  private void grow(int least) {
    values = Arrays.copyOf(values, Math.addExact(size, Math.max(size / 2, least)));
  }

  public int get(int index) {
    return values[index];
  }

  public void clear() {
    size = 0;
  }

  public int size() {
    return size;
  }

  /// A copy of the values.
  public int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  /// A copy of the values, ascending.
  int[] toSortedArray() {
    int[] sorted = toArray();
    Arrays.sort(sorted);
    return sorted;
  }
}
