package dev.minke.cli.chart;

import java.util.Locale;

/// Text that becomes part of a page.
public final class Svg {
  private Svg() {}

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /// Text as content or attribute, of HTML too.
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
