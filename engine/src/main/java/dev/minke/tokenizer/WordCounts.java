package dev.minke.tokenizer;

import org.jspecify.annotations.Nullable;

/// How often each word occurred. Mutable, one owner.
final class WordCounts {
  private @Nullable Counted[] words = new Counted[1 << 12];
  private int size;

  /// Counts the word `[from, to)` of a text.
  void add(char[] text, int from, int to) {
    add(text, from, to, WordText.hash(text, from, to), 1);
  }

  /// Counts what another counted.
  void addAll(WordCounts other) {
    other.forEach((letters, count) ->
        add(letters, 0, letters.length, WordText.hash(letters, 0, letters.length), count));
  }

  int size() {
    return size;
  }

  /// Hands over every word, in no order that means anything.
  void forEach(Visitor visitor) {
    for (Counted word : words) {
      if (word != null) {
        visitor.accept(word.letters(), word.count);
      }
    }
  }

  /// Sees a word and its count.
  @FunctionalInterface
  interface Visitor {
    void accept(char[] letters, long count);
  }

  private void add(char[] text, int from, int to, int hash, long times) {
    int slot = hash & (words.length - 1);
    for (Counted word = words[slot]; word != null; word = words[slot]) {
      if (word.is(text, from, to, hash)) {
        word.count = Math.addExact(word.count, times);
        return;
      }
      slot = (slot + 1) & (words.length - 1);
    }
    words[slot] = new Counted(text, from, to, hash, times);
    if (++size > words.length / 2) {
      grow();
    }
  }

  private void grow() {
    @Nullable Counted[] before = words;
    words = new Counted[Math.multiplyExact(2, before.length)];
    for (Counted word : before) {
      if (word != null) {
        int slot = word.hash() & (words.length - 1);
        while (words[slot] != null) {
          slot = (slot + 1) & (words.length - 1);
        }
        words[slot] = word;
      }
    }
  }

  private static final class Counted extends WordText {
    long count;

    Counted(char[] text, int from, int to, int hash, long count) {
      super(text, from, to, hash);
      this.count = count;
    }
  }
}
