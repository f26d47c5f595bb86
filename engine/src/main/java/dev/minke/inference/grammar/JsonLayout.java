package dev.minke.inference.grammar;

import java.util.List;

/// How JSON is written: where blanks may stand. Properties always come in the order in which a
/// schema declares them.
///
/// @param blanks how many blanks or tabs may stand after a bracket, a comma, a colon and before a
///   closing bracket, and one end of a line before them; 0 for none of both
public record JsonLayout(int blanks) {
  /// No blanks at all.
  public static final JsonLayout COMPACT = new JsonLayout(0);

  /// On one line or on many, indented up to 40 blanks deep: what models write by themselves.
  public static final JsonLayout FREE = new JsonLayout(40);

  private static final int MOST = 1000;

  public JsonLayout {
    if (blanks < 0 || blanks > MOST) {
      throw new IllegalArgumentException(
          "blanks: expected 0 to %,d, found %,d".formatted(MOST, blanks));
    }
  }

  /// What may stand between two signs.
  Expression between() {
    return blanks == 0
        ? Expression.EMPTY
        : new Expression.Call(
            new Rule(
                "blanks",
                new Expression.Sequence(
                    List.of(
                        Expression.optional(Expression.text("\n")),
                        new Expression.Repeat(
                            new Expression.OneOf(CodePoints.of(" \t")), 0, blanks)))));
  }
}
