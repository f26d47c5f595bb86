package dev.minke.checkpoint.store;

import dev.minke.input.EditDistance;
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
      nearest = Math.min(nearest, EditDistance.between(sought, form));
      nearest = Math.min(nearest, EditDistance.between(sought, form.replaceFirst("[:@].*", "")));
    }
    return nearest;
  }
}
