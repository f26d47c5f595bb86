package dev.minke.tokenizer.jinja;

import java.time.Clock;

/// What one rendering works with.
record Runtime(Budget budget, Operators operators, Access access, Printer printer, Clock clock) {
  static Runtime of(Limits limits, Clock clock) {
    Budget budget = new Budget(limits);
    return new Runtime(
        budget, new Operators(budget), new Access(budget), new Printer(budget), clock);
  }
}
