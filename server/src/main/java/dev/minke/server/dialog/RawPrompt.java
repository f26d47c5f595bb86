package dev.minke.server.dialog;

import dev.minke.tokenizer.Tokenizer;
import java.util.stream.IntStream;

/// A text that is continued as it stands.
public final class RawPrompt {
  private RawPrompt() {}

  /// Its ids with begin-of-text in front, unless that is there already.
  ///
  /// @param tokenizer one with such a token
  public static int[] begun(Tokenizer tokenizer, int[] ids) {
    int begin = tokenizer.beginOfText().orElseThrow();
    return ids.length > 0 && ids[0] == begin
        ? ids
        : IntStream.concat(IntStream.of(begin), IntStream.of(ids)).toArray();
  }

  /// Its ids, special tokens that are written in it included.
  public static int[] ids(Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encodeWithSpecials(text);
    return tokenizer.addsBeginOfText() ? begun(tokenizer, ids) : ids;
  }
}
