package dev.minke.tokenizer;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Words to ids, with a memory of recent words that never changes an answer.
///
/// The memory holds [#REMEMBERED] words of at most [#LONGEST] letters, so it stays under 64 MiB
/// whatever the text; words of a natural text fill about a tenth of that. Safe for many threads:
/// what is remembered is immutable, so they may race for a place.
final class WordEncoder {
  /// 64k words of a natural text are well over 95 % of it.
  private static final int REMEMBERED = 1 << 16;

  /// Longer words are rare.
  private static final int LONGEST = 64;

  private final Vocabulary vocabulary;
  private final Merges merges;
  private final boolean wholeWordsFirst;
  private final @Nullable Remembered[] words = new Remembered[REMEMBERED];

  /// @param wholeWordsFirst whether a word that is a token is taken as it is
  WordEncoder(Vocabulary vocabulary, Merges merges, boolean wholeWordsFirst) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.wholeWordsFirst = wholeWordsFirst;
  }

  /// Adds the ids of the word `[from, to)` of a text.
  void encode(char[] text, int from, int to, IntList ids) {
    if (to - from > LONGEST) {
      ids.addAll(newlyEncoded(text, from, to));
      return;
    }
    int hash = WordText.hash(text, from, to);
    int slot = hash & (REMEMBERED - 1);
    Remembered word = words[slot];
    if (word == null || !word.is(text, from, to, hash)) {
      word = new Remembered(text, from, to, hash, newlyEncoded(text, from, to));
      words[slot] = word;
    }
    ids.addAll(word.ids);
  }

  private int[] newlyEncoded(char[] text, int from, int to) {
    byte[] bytes = new String(text, from, to - from).getBytes(StandardCharsets.UTF_8);
    int whole = wholeWordsFirst ? vocabulary.find(bytes) : -1;
    return whole >= 0 ? new int[] {whole} : merges.encode(bytes);
  }

  /// A word and its ids.
  private static final class Remembered extends WordText {
    final int[] ids;

    Remembered(char[] text, int from, int to, int hash, int[] ids) {
      super(text, from, to, hash);
      this.ids = ids;
    }
  }
}
