package dev.minke.server.openai;

import dev.minke.tokenizer.Tokenizer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// The tokens that mark a gap between two texts, for models that were trained to fill it:
/// DeepSeek-V3 (arXiv:2412.19437, 4.1) has the text before it, the text behind it, then what fills
/// it.
///
/// @param tokenizer of the model
/// @param begin stands before the text before the gap
/// @param hole stands for the gap
/// @param end stands behind the text behind it
record GapTokens(Tokenizer tokenizer, int begin, int hole, int end) {
  /// Those of a tokenizer, if it has them.
  static Optional<GapTokens> of(Tokenizer tokenizer) {
    OptionalInt begin = tokenizer.id("<｜fim▁begin｜>");
    OptionalInt hole = tokenizer.id("<｜fim▁hole｜>");
    OptionalInt end = tokenizer.id("<｜fim▁end｜>");
    return begin.isPresent() && hole.isPresent() && end.isPresent()
        ? Optional.of(new GapTokens(tokenizer, begin.getAsInt(), hole.getAsInt(), end.getAsInt()))
        : Optional.empty();
  }

  /// The ids of a prompt that is answered with what fills the gap.
  int[] around(String prefix, String suffix) {
    IntStream before = IntStream.concat(IntStream.of(begin), text(prefix));
    IntStream behind = IntStream.concat(text(suffix), IntStream.of(end));
    return IntStream.concat(IntStream.concat(before, IntStream.of(hole)), behind).toArray();
  }

  private IntStream text(String text) {
    return IntStream.of(tokenizer.encode(text));
  }
}
