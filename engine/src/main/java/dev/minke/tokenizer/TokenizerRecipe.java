package dev.minke.tokenizer;

import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a tokenizer to be trained is to be like.
///
/// @param vocab number of tokens: specials, the 256 bytes, and one a merge
/// @param preTokenizer how text is cut into words
/// @param specials control tokens; they get the first ids, in this order
/// @param beginOfText the special that starts every text, or null
/// @param endOfText the special that ends a text, or null
/// @param numbers whether each integer from 0 to 999 is one token: digits are then split in groups
///   of up to three from the left, apart from spaces, and the tokens are given before any is
///   learned
public record TokenizerRecipe(
    int vocab,
    PreTokenizer preTokenizer,
    List<String> specials,
    @Nullable String beginOfText,
    @Nullable String endOfText,
    boolean numbers) {
  /// Tokens of two and three digits without a leading zero.
  static final int NUMBER_TOKENS = 990;

  /// Checks that the vocabulary has room for what it must hold.
  public TokenizerRecipe {
    specials = List.copyOf(specials);
    if (numbers) {
      preTokenizer = preTokenizer.withDigitGroups();
    }
    int least = specials.size() + 256 + (numbers ? NUMBER_TOKENS : 0);
    if (vocab < least) {
      throw new IllegalArgumentException(
          "tokenizer recipe: vocabulary is %d, expected at least %d (%d specials, 256 bytes%s)"
              .formatted(
                  vocab,
                  least,
                  specials.size(),
                  numbers ? ", " + NUMBER_TOKENS + " numbers; raise it or leave numbers out" : ""));
    }
    if (specials.contains("") || new HashSet<>(specials).size() < specials.size()) {
      throw new IllegalArgumentException(
          "tokenizer recipe: specials are %s, expected distinct texts".formatted(specials));
    }
    requireSpecial(specials, beginOfText);
    requireSpecial(specials, endOfText);
  }

  /// DeepSeek-V3's kind: its pre-tokenizer and its names for begin, end and padding.
  public static TokenizerRecipe deepSeekV3(int vocab, boolean numbers) {
    String begin = "<｜begin▁of▁sentence｜>";
    String end = "<｜end▁of▁sentence｜>";
    return new TokenizerRecipe(
        vocab, PreTokenizer.deepSeekV3(), List.of(begin, end, "<｜▁pad▁｜>"), begin, end, numbers);
  }

  /// GPT-2's kind: its pre-tokenizer and its one special, which ends a text.
  public static TokenizerRecipe gpt2(int vocab) {
    String end = "<|endoftext|>";
    return new TokenizerRecipe(vocab, PreTokenizer.gpt2(), List.of(end), null, end, false);
  }

  private static void requireSpecial(List<String> specials, @Nullable String token) {
    if (token != null && !specials.contains(token)) {
      throw new IllegalArgumentException(
          "tokenizer recipe: %s is not among the specials %s; add it".formatted(token, specials));
    }
  }
}
