package dev.minke.tokenizer.jinja;

/// A text under way that is paid for as it grows. Mutable; owned by whoever writes it.
final class Writing {
  /// Single characters are paid for in groups of so many.
  private static final int GROUP = 1024;

  private final StringBuilder text = new StringBuilder();
  private final Budget budget;
  private int unpaid;

  Writing(Budget budget) {
    this.budget = budget;
  }

  void add(String part) {
    budget.text(part.length());
    budget.checkLength((long) text.length() + part.length());
    text.append(part);
  }

  void add(int letter) {
    text.appendCodePoint(letter);
    if (++unpaid == GROUP) {
      unpaid = 0;
      budget.text(GROUP);
      budget.checkLength(text.length());
    }
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
