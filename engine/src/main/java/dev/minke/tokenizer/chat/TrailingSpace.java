package dev.minke.tokenizer.chat;

import java.util.function.Consumer;

/// Passes text on, except whitespace at its end, until it is known whether more follows. Mutable;
/// for one answer.
final class TrailingSpace {
  private final Consumer<String> next;
  private final StringBuilder space = new StringBuilder();

  TrailingSpace(Consumer<String> next) {
    this.next = next;
  }

  void accept(String text) {
    int end = text.length();
    while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    if (end > 0) {
      next.accept(space + text.substring(0, end));
      space.setLength(0);
    }
    space.append(text, end, text.length());
  }

  /// Forgets what is held back: it belonged to a marker.
  void drop() {
    space.setLength(0);
  }

  /// Lets out what is held back.
  void finish() {
    if (!space.isEmpty()) {
      next.accept(space.toString());
      drop();
    }
  }
}
