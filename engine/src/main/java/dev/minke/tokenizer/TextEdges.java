package dev.minke.tokenizer;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which tokens start and end a text.
///
/// @param beginOfText name of the token, or null where texts have no mark at the start
/// @param endOfText name, or null
/// @param answerEnds ids of further tokens that end an answer, ascending
/// @param addsBegin whether the model expects the mark at the start of every text
record TextEdges(
    @Nullable String beginOfText,
    @Nullable String endOfText,
    Set<Integer> answerEnds,
    boolean addsBegin) {
  /// What known families call them; the first that a tokenizer has.
  private static final List<String> BEGINS =
      List.of("<｜begin▁of▁sentence｜>", "<|begin_of_text|>", "<s>");

  private static final List<String> ENDS =
      List.of("<｜end▁of▁sentence｜>", "<|end_of_text|>", "<|endoftext|>", "</s>");

  TextEdges {
    answerEnds = Collections.unmodifiableSet(new TreeSet<>(answerEnds));
  }

  /// Edges by name alone.
  static TextEdges of(@Nullable String beginOfText, @Nullable String endOfText) {
    return new TextEdges(beginOfText, endOfText, Set.of(), false);
  }

  /// The names that known families use, where the tokenizer has them.
  static TextEdges known(Predicate<String> has) {
    return of(first(BEGINS, has), first(ENDS, has));
  }

  private static @Nullable String first(List<String> names, Predicate<String> has) {
    return names.stream().filter(has).findFirst().orElse(null);
  }
}
