package dev.minke.tokenizer.chat;

import dev.minke.tokenizer.Tokenizer;

/// A rendered conversation, and what is known from it about the answer.
///
/// @param text with special tokens written out; a text of a user that looks like one becomes one,
///   as with every template of this kind
/// @param style how the answer marks thoughts and tool calls; without tools in the request it marks
///   none
/// @param thought whether a thought is open where the prompt ends
public record Prompt(String text, AnswerStyle style, ThoughtStart thought) {
  /// The ids of the text: special tokens stand for themselves and none is added, because the
  /// template has written all of them.
  public int[] ids(Tokenizer tokenizer) {
    return tokenizer.encodeWithSpecials(text);
  }

  /// A parser for one answer to this prompt.
  public AnswerParser parser() {
    return new AnswerParser(style, thought);
  }
}
