package dev.minke.tokenizer.jinja;

/// What one rendering has left of its [Limits]. Mutable; owned by one rendering.
final class Budget {
  /// Copying so many characters takes about as long as evaluating a node.
  private static final int CHARACTERS_A_STEP = 64;

  /// What a place in a collection counts as.
  private static final int CHARACTERS_A_VALUE = 16;

  /// What a value counts as that is made for a place, its place included: a letter or a number
  /// takes seventy to ninety bytes, a character two.
  private static final int CHARACTERS_A_NEW_VALUE = 36;

  private final Limits limits;
  private long steps;
  private long characters;
  private int depth;

  Budget(Limits limits) {
    this.limits = limits;
  }

  Limits limits() {
    return limits;
  }

  /// Pays for evaluating one node.
  void step() {
    steps(1);
  }

  void steps(long count) {
    steps += count;
    if (steps > limits.steps()) {
      throw new Failure("stopped after %,d steps: it may loop for ever".formatted(limits.steps()));
    }
  }

  /// Pays for reading through so many characters.
  void read(long count) {
    steps(count / CHARACTERS_A_STEP);
  }

  /// Pays for looking for one text in another, which takes their product in the worst case.
  void search(String text, String wanted) {
    read((long) text.length() * Math.max(1, wanted.length()));
  }

  /// Pays for a text of this length before it is made.
  void text(long length) {
    checkLength(length);
    made(length);
    read(length);
  }

  /// Refuses a text that is too long.
  void checkLength(long length) {
    if (length > limits.length()) {
      throw new Failure(
          "stopped at a text of %,d characters, at most %,d are allowed"
              .formatted(length, limits.length()));
    }
  }

  /// Pays for counting the characters of a text, or going to one of them.
  void count(String text) {
    read(4L * text.length());
  }

  /// Pays for a look at what a mapping has for a key.
  ///
  /// @return the key, if it may be one
  Value key(Value key) {
    if (key instanceof Value.Text(String text)) {
      read(text.length());
    }
    return Value.Dict.key(key);
  }

  /// Pays for so many values that are kept in a collection.
  void values(long count) {
    made(CHARACTERS_A_VALUE * (count + 1));
    steps(count / 4);
  }

  /// Pays for so many numbers, letters or short texts that are made for a collection.
  void newValues(long count) {
    made(CHARACTERS_A_NEW_VALUE * count);
    steps(count / 4);
  }

  private void made(long count) {
    characters += count;
    if (characters > limits.characters()) {
      throw new Failure(
          "stopped after making %,d characters of text and values".formatted(limits.characters()));
    }
  }

  /// Goes one level deeper; [#leave] comes back.
  void enter() {
    if (++depth > limits.depth()) {
      throw new Failure("stopped at %d levels of nesting".formatted(limits.depth()));
    }
    step();
  }

  void leave() {
    depth--;
  }
}
