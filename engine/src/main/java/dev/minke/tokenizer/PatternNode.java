package dev.minke.tokenizer;

import java.util.List;

/// A regular expression, taken apart.
sealed interface PatternNode {
  /// One letter of a set.
  record One(Letters letters) implements PatternNode {}

  /// One after the other; nothing at all where there are none.
  record Sequence(List<PatternNode> parts) implements PatternNode {
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /// The first that leads to a match.
  record Choice(List<PatternNode> branches) implements PatternNode {
    public Choice {
      branches = List.copyOf(branches);
    }
  }

  /// As often as possible, within limits.
  ///
  /// @param most [#NO_LIMIT], or how often at most
  record Repeat(PatternNode node, int least, int most) implements PatternNode {
    static final int NO_LIMIT = -1;
  }

  /// Nothing, where the text ends or the next letter is not of the set.
  record NotBefore(Letters letters) implements PatternNode {}
}
