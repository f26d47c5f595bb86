package dev.minke.tokenizer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a tokenizer is made of. Nobody changes the vocabulary and the merges any more.
///
/// @param vocabulary the tokens of the model, specials with an id among them included
/// @param model makes ids of text
/// @param addedTokens matched before everything else where specials are asked for
/// @param normalization of text
/// @param edges which tokens start and end a text
/// @param postProcessor as it was read; it says what other programs put around the ids of a text
record TokenizerParts(
    Vocabulary vocabulary,
    TextModel model,
    List<AddedToken> addedTokens,
    Normalization normalization,
    TextEdges edges,
    @Nullable JsonNode postProcessor) {
  TokenizerParts {
    addedTokens = List.copyOf(addedTokens);
  }

  /// One past the highest id.
  int vocab() {
    int added = addedTokens.stream().mapToInt(AddedToken::id).max().orElse(-1) + 1;
    return Math.max(vocabulary.size(), added);
  }
}
