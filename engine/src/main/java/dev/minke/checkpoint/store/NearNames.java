package dev.minke.checkpoint.store;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Which of the known names were probably meant by one that is not known.
final class NearNames {
  private static final int MOST = 3;

  private NearNames() {}

  /// At most three, the nearest first; none if all are far.
  static List<String> of(String name, Collection<String> known) {
    String sought = name.toLowerCase(Locale.ROOT);
    int far = Math.max(2, sought.length() / 4);
    return known.stream()
        .distinct()
        .filter(one -> distance(sought, one) <= far)
        .sorted(Comparator.comparingInt((String one) -> distance(sought, one)))
        .limit(MOST)
        .toList();
  }

  /// Edits to the whole name or to a part of it that a user may have left out.
  private static int distance(String sought, String name) {
    String whole = name.toLowerCase(Locale.ROOT);
    String withoutOwner = whole.substring(whole.indexOf('/') + 1);
    int nearest = Integer.MAX_VALUE;
    for (String form : List.of(whole, withoutOwner)) {
      nearest = Math.min(nearest, edits(sought, form));
      nearest = Math.min(nearest, edits(sought, form.replaceFirst("[:@].*", "")));
    }
    return nearest;
  }

  /// Insertions, deletions and replacements from one to the other.
  private static int edits(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
