package dev.minke.tokenizer;

/// Takes the words of a text one after the other.
@FunctionalInterface
interface WordSink {
  /// @param text holds the word at `[from, to)`; it may not be kept or changed
  void accept(char[] text, int from, int to);
}
