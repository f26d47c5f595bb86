package dev.minke.tokenizer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a tokenizer is made of. Nobody changes the vocabulary and the merges any more.
///
/// @param vocabulary the tokens of the model, specials with an id among them included
/// @param merges by rank
/// @param wholeWordsFirst whether a word that is a token is taken as it is (`ignore_merges`)
/// @param addedTokens matched before everything else where specials are asked for
/// @param normalization of text
/// @param preTokenizer cuts text into words
/// @param edges which tokens start and end a text
/// @param postProcessor as it was read; it says what other programs put around the ids of a text
record TokenizerParts(
    Vocabulary vocabulary,
    Merges merges,
    boolean wholeWordsFirst,
    List<AddedToken> addedTokens,
    Normalization normalization,
    PreTokenizer preTokenizer,
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
