package dev.minke.cli.quickstart;

import java.util.List;

/// Something that can be examined: the most probable token after each position of texts.
@FunctionalInterface
interface NextToken {
  /// @param texts token ids, each from the start of a document
  /// @return for each text and position the token that is expected next
  List<int[]> predict(List<int[]> texts);
}
