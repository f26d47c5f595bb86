package dev.minke.cli.chat;

/// How remarks and thoughts are set apart from what is said.
///
/// @param isAnsi whether the terminal understands ANSI sequences
public record Look(boolean isAnsi) {
  private static final String DIM = "\u001B[2m";
  private static final String PLAIN = "\u001B[22m";

  /// Back to the line's beginning, and the line away.
  private static final String ERASE = "\r\u001B[K";

  String dim(String text) {
    return beginDim() + text + endDim();
  }

  String beginDim() {
    return isAnsi ? DIM : "";
  }

  String endDim() {
    return isAnsi ? PLAIN : "";
  }

  String eraseLine() {
    return isAnsi ? ERASE : System.lineSeparator();
  }

  /// A model's text as a terminal may see it: what it writes does not steer the terminal.
  static String shown(String text) {
    return text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?");
  }
}
