package dev.minke.tokenizer.jinja;

/// How much a template may do, so that a hostile one ends soon and small.
///
/// @param steps nodes evaluated; 64 characters copied or searched are one step
/// @param length characters of one text, the rendered one included
/// @param characters characters of all texts that were ever made, 16 for every place in a
///   collection and 36 for every number or letter that is made for one
/// @param depth levels of nesting while rendering: expressions, blocks, macro calls, values
/// @param range numbers in one `range`
public record Limits(long steps, int length, long characters, int depth, int range) {
  /// A conversation of a thousand turns and a million characters takes a tenth of the steps.
  private static final Limits STANDARD = new Limits(2_000_000, 1 << 23, 1L << 26, 250, 100_000);

  /// A conversation of two sentences takes a hundredth of it.
  private static final Limits SMALL = new Limits(100_000, 1 << 20, 1L << 22, 250, 10_000);

  public Limits {
    if (steps <= 0 || length <= 0 || characters <= 0 || depth <= 0 || range <= 0) {
      throw new IllegalArgumentException("limits: every one must be positive");
    }
  }

  /// Limits that no template of a released model comes near, and that hold a hostile one to about
  /// half a second and 256 MB.
  public static Limits standard() {
    return STANDARD;
  }

  /// Limits for a conversation of a few sentences.
  public static Limits small() {
    return SMALL;
  }
}
