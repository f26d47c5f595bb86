package dev.minke.inference.grammar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/// The tokens that are whole plain letters ([Fragments#PLAIN]) and nothing else, by how many: nine
/// of ten of a vocabulary. Inside a text all of them are allowed, and none has to be looked at.
///
/// Immutable.
final class PlainRuns {
  /// Bytes that a plain letter begins with.
  static final BitSet BYTES = bytes();

  /// For each number of letters a mask of the tokens that have at most so many.
  private final long[][] upTo;

  /// @param letters by id: how many plain letters, 0 where a token is something else
  PlainRuns(int[] letters) {
    int most = Arrays.stream(letters).max().orElse(0);
    int[] counts = new int[most + 1];
    for (int count : letters) {
      counts[count]++;
    }
    upTo = new long[most + 1][];
    upTo[0] = new long[(letters.length + 63) / 64];
    for (int length = 1; length <= most; length++) {
      upTo[length] = counts[length] == 0 ? upTo[length - 1] : upTo[length - 1].clone();
      for (int id = 0; counts[length] > 0 && id < letters.length; id++) {
        if (letters[id] == length) {
          upTo[length][id >>> 6] |= 1L << id;
        }
      }
    }
  }

  private static BitSet bytes() {
    BitSet bytes = new BitSet(256);
    for (int value = 0; value < 0x80; value++) {
      bytes.set(value, Fragments.PLAIN.contains(value));
    }
    bytes.set(0xC2, 0xF5);
    return bytes;
  }

  /// The number of letters of a token of plain letters, else 0.
  static int letters(byte[] token) {
    String text = new String(token, StandardCharsets.UTF_8);
    boolean isPlain =
        text.codePoints().allMatch(Fragments.PLAIN::contains)
            && Arrays.equals(text.getBytes(StandardCharsets.UTF_8), token);
    return isPlain ? text.codePointCount(0, text.length()) : 0;
  }

  /// Whether the plain tokens that a run allows are known without looking at them.
  boolean decide(PlainRun run) {
    return run.isExact() || run.letters() >= upTo.length - 1;
  }

  /// A copy of the mask of the plain tokens that a run allows.
  long[] allowed(PlainRun run) {
    return upTo[Math.min(run.letters(), upTo.length - 1)].clone();
  }
}
