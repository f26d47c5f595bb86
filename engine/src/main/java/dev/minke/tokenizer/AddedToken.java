package dev.minke.tokenizer;

/// A token that is matched in the text before anything else, where specials are asked for.
///
/// @param id its id
/// @param content the text that it stands for
/// @param special whether it is a control token
/// @param normalized whether it is looked for after the text is normalised, rather than before
/// @param stripsLeft whether it takes the white space before it
/// @param stripsRight whether it takes the white space after it
/// @param wholeWord whether it must not touch a letter or a digit
record AddedToken(
    int id,
    String content,
    boolean special,
    boolean normalized,
    boolean stripsLeft,
    boolean stripsRight,
    boolean wholeWord) {
  AddedToken {
    if (content.isEmpty()) {
      throw new TokenizerException(
          "added tokens: the token with id %d is empty, expected a text".formatted(id));
    }
  }

  /// A control token without further rules.
  static AddedToken special(int id, String content) {
    return new AddedToken(id, content, true, false, false, false, false);
  }
}
