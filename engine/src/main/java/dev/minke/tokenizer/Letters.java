package dev.minke.tokenizer;

import java.util.List;

/// A set of code points, as patterns name them.
sealed interface Letters {
  /// Whether a code point belongs to the set.
  boolean contains(int letter);

  /// Code points `[from, to]`.
  record Range(int from, int to) implements Letters {
    @Override
    public boolean contains(int letter) {
      return from <= letter && letter <= to;
    }
  }

  /// A letter in either case: `folded` and whatever folds to it.
  record Folded(int folded) implements Letters {
    static Folded of(int letter) {
      return new Folded(fold(letter));
    }

    @Override
    public boolean contains(int letter) {
      return fold(letter) == folded;
    }

    private static int fold(int letter) {
      return Character.toLowerCase(Character.toUpperCase(letter));
    }
  }

  /// General categories, a bit for each of [Character#getType(int)].
  record Categories(int bits) implements Letters {
    @Override
    public boolean contains(int letter) {
      return (bits >>> Character.getType(letter) & 1) != 0;
    }
  }

  /// One script.
  record Script(Character.UnicodeScript script) implements Letters {
    @Override
    public boolean contains(int letter) {
      return Character.UnicodeScript.of(letter) == script;
    }
  }

  /// The property White_Space.
  record Space() implements Letters {
    @Override
    public boolean contains(int letter) {
      return letter >= '\t' && letter <= '\r' || letter == 0x85 || Character.isSpaceChar(letter);
    }
  }

  /// What any of them has.
  record AnyOf(List<Letters> sets) implements Letters {
    public AnyOf {
      sets = List.copyOf(sets);
    }

    @Override
    public boolean contains(int letter) {
      for (Letters set : sets) {
        if (set.contains(letter)) {
          return true;
        }
      }
      return false;
    }
  }

  /// What it has not.
  record Not(Letters set) implements Letters {
    @Override
    public boolean contains(int letter) {
      return !set.contains(letter);
    }
  }
}
