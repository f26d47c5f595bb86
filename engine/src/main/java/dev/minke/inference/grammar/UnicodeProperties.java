package dev.minke.inference.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The sets of letters that `\p{…}` names: general categories, groups of them, and scripts.
///
/// Finding one means a look at each code point, so they are remembered; mutable, owned by one
/// compilation.
final class UnicodeProperties {
  /// A property takes some milliseconds.
  private static final int WORK = 50_000;

  private final Map<String, CodePoints> known = new HashMap<>();
  private final Budget budget;

  UnicodeProperties(Budget budget) {
    this.budget = budget;
  }

  /// The letters of a property: `L`, `gc=Lu`, `Script=Greek`; null where nothing has that name.
  @Nullable CodePoints find(String name) {
    CodePoints letters = known.get(name);
    if (letters == null) {
      budget.spendWork(WORK);
      letters = named(name);
      if (letters != null) {
        known.put(name, letters);
      }
    }
    return letters;
  }

  private static @Nullable CodePoints named(String name) {
    String value = name.substring(name.indexOf('=') + 1);
    String kind = name.substring(0, Math.max(0, name.indexOf('=')));
    if (List.of("", "gc", "General_Category").contains(kind)) {
      byte[] categories = value.contains(" ") ? new byte[0] : categories(value);
      if (categories.length > 0) {
        Arrays.sort(categories);
        return CodePoints.where(
            letter -> Arrays.binarySearch(categories, (byte) Character.getType(letter)) >= 0);
      }
    }
    if (List.of("sc", "Script").contains(kind)) {
      try {
        Character.UnicodeScript script =
            Character.UnicodeScript.forName(value.toUpperCase(Locale.ROOT));
        return CodePoints.where(letter -> Character.UnicodeScript.of(letter) == script);
      } catch (IllegalArgumentException unknown) {
        return null;
      }
    }
    return null;
  }

  /// The general categories of a name, of two letters or of one for a group of them.
  private static byte[] categories(String name) {
    return switch (name) {
      case "L", "Letter" -> categories("Lu Ll Lt Lm Lo");
      case "M", "Mark" -> categories("Mn Me Mc");
      case "N", "Number" -> categories("Nd Nl No");
      case "P", "Punctuation" -> categories("Pc Pd Ps Pe Pi Pf Po");
      case "S", "Symbol" -> categories("Sm Sc Sk So");
      case "Z", "Separator" -> categories("Zs Zl Zp");
      case "Lu", "Uppercase_Letter" -> new byte[] {Character.UPPERCASE_LETTER};
      case "Ll", "Lowercase_Letter" -> new byte[] {Character.LOWERCASE_LETTER};
      case "Lt" -> new byte[] {Character.TITLECASE_LETTER};
      case "Lm" -> new byte[] {Character.MODIFIER_LETTER};
      case "Lo" -> new byte[] {Character.OTHER_LETTER};
      case "Mn" -> new byte[] {Character.NON_SPACING_MARK};
      case "Me" -> new byte[] {Character.ENCLOSING_MARK};
      case "Mc" -> new byte[] {Character.COMBINING_SPACING_MARK};
      case "Nd", "Decimal_Number" -> new byte[] {Character.DECIMAL_DIGIT_NUMBER};
      case "Nl" -> new byte[] {Character.LETTER_NUMBER};
      case "No" -> new byte[] {Character.OTHER_NUMBER};
      case "Pc" -> new byte[] {Character.CONNECTOR_PUNCTUATION};
      case "Pd" -> new byte[] {Character.DASH_PUNCTUATION};
      case "Ps" -> new byte[] {Character.START_PUNCTUATION};
      case "Pe" -> new byte[] {Character.END_PUNCTUATION};
      case "Pi" -> new byte[] {Character.INITIAL_QUOTE_PUNCTUATION};
      case "Pf" -> new byte[] {Character.FINAL_QUOTE_PUNCTUATION};
      case "Po" -> new byte[] {Character.OTHER_PUNCTUATION};
      case "Sm" -> new byte[] {Character.MATH_SYMBOL};
      case "Sc" -> new byte[] {Character.CURRENCY_SYMBOL};
      case "Sk" -> new byte[] {Character.MODIFIER_SYMBOL};
      case "So" -> new byte[] {Character.OTHER_SYMBOL};
      case "Zs", "Space_Separator" -> new byte[] {Character.SPACE_SEPARATOR};
      case "Zl" -> new byte[] {Character.LINE_SEPARATOR};
      case "Zp" -> new byte[] {Character.PARAGRAPH_SEPARATOR};
      default -> name.contains(" ") ? joined(name.split(" ")) : new byte[0];
    };
  }

  private static byte[] joined(String[] names) {
    byte[] all = new byte[names.length];
    for (int i = 0; i < names.length; i++) {
      all[i] = categories(names[i])[0];
    }
    return all;
  }
}
