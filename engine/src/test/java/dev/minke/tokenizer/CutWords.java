package dev.minke.tokenizer;

import java.util.ArrayList;
import java.util.List;

/// The words of a text as a list.
final class CutWords {
  private CutWords() {}

  static List<String> of(PreTokenizer preTokenizer, String text) {
    List<String> words = new ArrayList<>();
    new WordCutter(preTokenizer)
        .cut(text, (letters, from, to) -> words.add(new String(letters, from, to - from)));
    return words;
  }
}
