package dev.minke.inference.grammar;

import dev.minke.tokenizer.IntList;
import java.util.Arrays;
import java.util.function.IntPredicate;

/// A set of Unicode scalar values: code points without the halves of surrogate pairs, which no
/// UTF-8 text contains. Immutable.
final class CodePoints {
  static final CodePoints NONE = new CodePoints(new int[0]);
  static final CodePoints ANY =
      new CodePoints(
          new int[] {
            0, Character.MIN_SURROGATE - 1, Character.MAX_SURROGATE + 1, Character.MAX_CODE_POINT
          });

  /// Pairs of first and last, ascending, never touching.
  private final int[] bounds;

  private CodePoints(int[] bounds) {
    this.bounds = bounds;
  }

  static CodePoints of(int letter) {
    return range(letter, letter);
  }

  /// The letters of a text.
  static CodePoints of(String letters) {
    return where(letter -> letters.indexOf(letter) >= 0, 0, 0xFFFF);
  }

  static CodePoints range(int first, int last) {
    return new CodePoints(new int[] {first, last}).intersect(ANY);
  }

  /// All that pass a test.
  static CodePoints where(IntPredicate test) {
    return where(test, 0, Character.MAX_CODE_POINT);
  }

  private static CodePoints where(IntPredicate test, int first, int last) {
    IntList found = new IntList();
    int begin = -1;
    for (int letter = first; letter <= last + 1; letter++) {
      boolean holds = letter <= last && test.test(letter);
      if (holds && begin < 0) {
        begin = letter;
      } else if (!holds && begin >= 0) {
        found.add(begin);
        found.add(letter - 1);
        begin = -1;
      }
    }
    return new CodePoints(found.toArray()).intersect(ANY);
  }

  /// Number of runs of neighbouring code points.
  int ranges() {
    return bounds.length / 2;
  }

  int first(int range) {
    return bounds[2 * range];
  }

  int last(int range) {
    return bounds[2 * range + 1];
  }

  boolean isEmpty() {
    return bounds.length == 0;
  }

  boolean contains(int letter) {
    int place = Arrays.binarySearch(bounds, letter);
    return place >= 0 || (~place & 1) == 1;
  }

  boolean containsAll(CodePoints others) {
    return others.intersect(this).equals(others);
  }

  CodePoints intersect(CodePoints other) {
    IntList common = new IntList();
    int i = 0;
    int j = 0;
    while (i < bounds.length && j < other.bounds.length) {
      int first = Math.max(bounds[i], other.bounds[j]);
      int last = Math.min(bounds[i + 1], other.bounds[j + 1]);
      if (first <= last) {
        common.add(first);
        common.add(last);
      }
      if (bounds[i + 1] < other.bounds[j + 1]) {
        i += 2;
      } else {
        j += 2;
      }
    }
    return new CodePoints(common.toArray());
  }

  CodePoints union(CodePoints other) {
    return complement().intersect(other.complement()).complement();
  }

  CodePoints without(CodePoints other) {
    return intersect(other.complement());
  }

  /// All scalar values that are not in this set.
  CodePoints complement() {
    IntList others = new IntList();
    int next = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      if (bounds[i] > next) {
        others.add(next);
        others.add(bounds[i] - 1);
      }
      next = bounds[i + 1] + 1;
    }
    if (next <= Character.MAX_CODE_POINT) {
      others.add(next);
      others.add(Character.MAX_CODE_POINT);
    }
    return new CodePoints(others.toArray()).intersect(ANY);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CodePoints letters && Arrays.equals(bounds, letters.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }
}
