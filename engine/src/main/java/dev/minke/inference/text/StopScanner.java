package dev.minke.inference.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds stop strings in a text that comes in pieces. What may be the beginning of one is held back
/// until it is certain. The one that ends first counts; of several that end together, the longest.
/// Mutable; for one text.
final class StopScanner {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private @Nullable String found;

  /// @param stops none empty
  StopScanner(List<String> stops) {
    for (String stop : stops) {
      if (stop.isEmpty()) {
        throw new IllegalArgumentException("stop: expected a text, found an empty one");
      }
    }
    this.stops = List.copyOf(stops);
  }

  /// The stop string that was found; null as long as none was. The text ends before it.
  @Nullable String found() {
    return found;
  }

  /// Takes more of the text.
  ///
  /// @return what is certain now and not behind a stop string
  String accept(String piece) {
    if (stops.isEmpty() || found != null) {
      return found == null ? piece : "";
    }
    int before = held.length();
    held.append(piece);
    for (int end = before + 1; end <= held.length(); end++) {
      String longest = endingAt(end);
      if (longest != null) {
        found = longest;
        String text = held.substring(0, end - longest.length());
        held.setLength(0);
        return text;
      }
    }
    int certain = held.length() - possible();
    String text = held.substring(0, certain);
    held.delete(0, certain);
    return text;
  }

  private @Nullable String endingAt(int end) {
    String longest = null;
    for (String stop : stops) {
      if (stop.length() <= end
          && (longest == null || stop.length() > longest.length())
          && held.indexOf(stop, end - stop.length()) == end - stop.length()) {
        longest = stop;
      }
    }
    return longest;
  }

  /// Length of the longest end of the text that a stop string begins with.
  private int possible() {
    int most = 0;
    for (String stop : stops) {
      for (int length = Math.min(stop.length() - 1, held.length()); length > most; length--) {
        if (stop.startsWith(held.substring(held.length() - length))) {
          most = length;
        }
      }
    }
    return most;
  }

  /// Ends the text.
  ///
  /// @return what was held back
  String finish() {
    String text = held.toString();
    held.setLength(0);
    return text;
  }
}
