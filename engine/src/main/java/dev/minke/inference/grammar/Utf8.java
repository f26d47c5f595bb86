package dev.minke.inference.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Letters as the bytes that spell them: a set of code points is a list of sequences of up to four
/// ranges of bytes.
final class Utf8 {
  private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, Character.MAX_CODE_POINT};

  private Utf8() {}

  /// The sequences of a set.
  ///
  /// @return for each sequence its ranges, `low << 8 | high` a byte
  static List<int[]> sequences(CodePoints letters) {
    List<int[]> sequences = new ArrayList<>();
    for (int i = 0; i < letters.ranges(); i++) {
      int first = letters.first(i);
      for (int length = 1; length <= LAST_OF_LENGTH.length; length++) {
        int last = Math.min(letters.last(i), LAST_OF_LENGTH[length - 1]);
        if (first <= last) {
          split(first, last, length, sequences);
          first = last + 1;
        }
      }
    }
    return sequences;
  }

  /// Cuts a range of letters of one length until the bytes of its parts vary independently.
  private static void split(int first, int last, int length, List<int[]> sequences) {
    for (int i = 1; i < length; i++) {
      int mask = (1 << 6 * i) - 1;
      if ((first & ~mask) != (last & ~mask)) {
        if ((first & mask) != 0) {
          split(first, first | mask, length, sequences);
          split((first | mask) + 1, last, length, sequences);
          return;
        }
        if ((last & mask) != mask) {
          split(first, (last & ~mask) - 1, length, sequences);
          split(last & ~mask, last, length, sequences);
          return;
        }
      }
    }
    int[] ranges = new int[length];
    for (int i = 0; i < length; i++) {
      ranges[i] = byteOf(first, i, length) << 8 | byteOf(last, i, length);
    }
    sequences.add(ranges);
  }

  private static int byteOf(int letter, int index, int length) {
    if (length == 1) {
      return letter;
    }
    int rest = letter >>> 6 * (length - 1 - index);
    return index == 0 ? (0xF00 >>> length & 0xFF) | rest : 0x80 | rest & 0x3F;
  }

  /// Adds the paths of one letter; equal ends of sequences share their states.
  static void write(List<int[]> sequences, Nfa nfa, int from, int to) {
    Map<Long, Integer> ends = new HashMap<>();
    for (int[] ranges : sequences) {
      int target = to;
      long end = 1;
      for (int i = ranges.length - 1; i > 0; i--) {
        end = end << 16 | ranges[i];
        Integer known = ends.get(end);
        if (known == null) {
          known = nfa.addState();
          ends.put(end, known);
          nfa.addBytes(known, ranges[i] >>> 8, ranges[i] & 0xFF, target);
        }
        target = known;
      }
      nfa.addBytes(from, ranges[0] >>> 8, ranges[0] & 0xFF, target);
    }
  }
}
