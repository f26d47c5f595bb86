package dev.minke.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Finds added tokens in text: the leftmost, and of those that start there the longest.
final class AddedTokens {
  /// More letters than the added tokens of any tokenizer have together; each may take a node.
  private static final int MOST_LETTERS = 1 << 18;

  private final Node root = new Node();

  /// @param tokens to be found
  /// @param spelling what the text is put through before they are looked for
  AddedTokens(List<AddedToken> tokens, UnaryOperator<String> spelling) {
    int letters = 0;
    for (AddedToken token : tokens) {
      Node node = root;
      String content = spelling.apply(token.content());
      letters += content.length();
      if (letters > MOST_LETTERS) {
        throw new TokenizerException(
            "added tokens: expected at most %d letters in all, found more".formatted(MOST_LETTERS));
      }
      for (int i = 0; i < content.length(); i++) {
        node = node.next.computeIfAbsent(content.charAt(i), letter -> new Node());
      }
      node.token = token;
    }
  }

  /// Hands over a text in order: the stretches between added tokens, and the tokens' ids.
  ///
  /// White space that a token takes after it may still be a token itself (`" "` of some
  /// vocabularies): both are found, as Hugging Face does it.
  void scan(String text, Consumer<String> between, IntConsumer ids) {
    int done = 0;
    int at = root.next.isEmpty() ? text.length() : 0;
    while (at < text.length()) {
      Match match = longestAt(text, at);
      if (match == null) {
        at++;
        continue;
      }
      AddedToken token = match.token;
      int start = at;
      at = match.end;
      if (token.wholeWord() && (isWord(text, start - 1) || isWord(text, at))) {
        continue;
      }
      int end = at;
      while (token.stripsLeft() && start > done && isSpace(text.charAt(start - 1))) {
        start--;
      }
      while (token.stripsRight() && end < text.length() && isSpace(text.charAt(end))) {
        end++;
      }
      if (start > done) {
        between.accept(text.substring(done, start));
      }
      ids.accept(token.id());
      done = end;
    }
    if (done < text.length()) {
      between.accept(done == 0 ? text : text.substring(done));
    }
  }

  private @Nullable Match longestAt(String text, int from) {
    Match longest = null;
    Node node = root;
    for (int at = from; at < text.length(); at++) {
      node = node.next.get(text.charAt(at));
      if (node == null) {
        break;
      }
      if (node.token != null) {
        longest = new Match(node.token, at + 1);
      }
    }
    return longest;
  }

  /// The property White_Space; all of it is in the basic plane.
  private static boolean isSpace(char letter) {
    return (Character.isSpaceChar(letter) || (letter >= '\t' && letter <= '\r')) || letter == 0x85;
  }

  /// Whether a letter, mark, digit or connector stands at the place.
  private static boolean isWord(String text, int at) {
    if (at < 0 || at >= text.length()) {
      return false;
    }
    boolean secondHalf = at > 0 && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    int letter = text.codePointAt(secondHalf ? at - 1 : at);
    int type = Character.getType(letter);
    return Character.isAlphabetic(letter)
        || type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.CONNECTOR_PUNCTUATION
        || letter == 0x200C
        || letter == 0x200D;
  }

  private record Match(AddedToken token, int end) {}

  private static final class Node {
    final Map<Character, Node> next = new HashMap<>();
    @Nullable AddedToken token;
  }
}
