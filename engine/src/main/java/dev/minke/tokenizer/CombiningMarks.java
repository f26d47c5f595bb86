package dev.minke.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Long runs of combining marks, put into canonical order before a text is normalized.
///
/// Java's normalizer inserts every mark at its place, which is quadratic in the length of a run: a
/// megabyte of two marks in turn takes minutes. Canonical order changes no normal form (Unicode
/// Standard Annex 15), and a run that is in order is normalized in linear time.
///
/// Java does not tell the combining class of a letter, but whether two marks are in order; classes
/// are numbered by that.
final class CombiningMarks {
  /// Longer runs occur in no language.
  private static final int LONGEST = 32;

  /// The only letter of the highest class, 240: behind it every other mark is out of order.
  private static final int HIGHEST = 0x345;

  private static final int FIRST = 0x300;

  private final Normalizer.Form decomposition;

  /// Marks to the number of their class in order; 0 for letters that are not reordered.
  private final Map<Integer, Integer> classes = new HashMap<>();

  private CombiningMarks(Normalizer.Form form) {
    boolean compatible = form == Normalizer.Form.NFKC || form == Normalizer.Form.NFKD;
    decomposition = compatible ? Normalizer.Form.NFKD : Normalizer.Form.NFD;
  }

  /// A text with the same normal form, whose long runs of marks are in order.
  static String ordered(String text, Normalizer.Form form) {
    CombiningMarks marks = null;
    StringBuilder ordered = new StringBuilder();
    int done = 0;
    int at = 0;
    while (at < text.length()) {
      int end = at;
      while (end < text.length() && isMark(text.codePointAt(end))) {
        end += Character.charCount(text.codePointAt(end));
      }
      if (end - at > LONGEST) {
        marks = marks == null ? new CombiningMarks(form) : marks;
        marks.append(text.substring(at, end), ordered.append(text, done, at));
        done = end;
      }
      at = end == at ? at + 1 : end;
    }
    return done == 0 ? text : ordered.append(text, done, text.length()).toString();
  }

  /// Whether a letter is a mark, or one of two that are compatible with a mark.
  private static boolean isMark(int letter) {
    return letter >= FIRST
        && switch (Character.getType(letter)) {
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.ENCLOSING_MARK ->
              true;
          default -> letter == 0xFF9E || letter == 0xFF9F;
        };
  }

  private void append(String run, StringBuilder ordered) {
    int[] letters =
        run.codePoints()
            .mapToObj(Character::toString)
            .flatMapToInt(letter -> Normalizer.normalize(letter, decomposition).codePoints())
            .toArray();
    learn(letters);
    Map<Integer, StringBuilder> byClass = new TreeMap<>();
    for (int letter : letters) {
      int itsClass = classes.getOrDefault(letter, 0);
      if (itsClass == 0) {
        byClass.values().forEach(ordered::append);
        byClass.clear();
        ordered.appendCodePoint(letter);
      } else {
        byClass.computeIfAbsent(itsClass, unseen -> new StringBuilder()).appendCodePoint(letter);
      }
    }
    byClass.values().forEach(ordered::append);
  }

  /// Numbers the classes of these letters and of those seen before.
  private void learn(int[] letters) {
    List<Integer> marks = new ArrayList<>(classes.keySet());
    boolean unseen = false;
    for (int letter : letters) {
      if (!classes.containsKey(letter)) {
        classes.put(letter, 0);
        marks.add(letter);
        unseen = true;
      }
    }
    if (!unseen) {
      return;
    }
    marks.removeIf(letter -> letter != HIGHEST && isInOrder(HIGHEST, letter));
    marks.sort((a, b) -> isInOrder(a, b) ? isInOrder(b, a) ? 0 : -1 : 1);
    @Nullable Integer before = null;
    int number = 0;
    for (Integer mark : marks) {
      number += before == null || !isInOrder(mark, before) ? 1 : 0;
      classes.put(mark, number);
      before = mark;
    }
  }

  private static boolean isInOrder(int first, int second) {
    return Normalizer.isNormalized(
        Character.toString(first) + Character.toString(second), Normalizer.Form.NFD);
  }
}
