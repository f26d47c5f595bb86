package dev.minke.tokenizer;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The names of the tokens that start and end a text.
///
/// @param beginOfText or null where texts have no mark at the start
/// @param endOfText or null
record TextEdges(@Nullable String beginOfText, @Nullable String endOfText) {
  /// What known families call them; the first that a tokenizer has.
  private static final List<String> BEGINS =
      List.of("<｜begin▁of▁sentence｜>", "<|begin_of_text|>", "<s>");

  private static final List<String> ENDS =
      List.of("<｜end▁of▁sentence｜>", "<|end_of_text|>", "<|endoftext|>", "</s>");

  /// The names that known families use, where the tokenizer has them.
  static TextEdges known(Predicate<String> has) {
    return new TextEdges(first(BEGINS, has), first(ENDS, has));
  }

  private static @Nullable String first(List<String> names, Predicate<String> has) {
    return names.stream().filter(has).findFirst().orElse(null);
  }
}
