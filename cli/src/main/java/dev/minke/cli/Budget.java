package dev.minke.cli;

import dev.minke.cli.console.Progress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// What a training may take: a time, or tokens.
sealed interface Budget {
  /// A time.
  ///
  /// @param seconds above 0
  record Time(double seconds) implements Budget {
    @Override
    public String toString() {
      return Progress.duration(seconds);
    }
  }

  /// Tokens that are learned from, counted as often as they are.
  ///
  /// @param number above 0
  record Tokens(double number) implements Budget {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%,.0f tokens", number);
    }
  }

  /// `90s`, `20m`, `2h`; `500ktok`, `5Mtok`, `1.5Gtok`.
  final class Converter implements ITypeConverter<Budget> {
    private static final Pattern FORM =
        Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(s|m|h|ktok|Mtok|Gtok)");

    @Override
    public Budget convert(String text) {
      Matcher matcher = FORM.matcher(text);
      double amount = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 0;
      if (!(amount > 0)) {
        throw new TypeConversionException(
            "expected a time such as 20m or 2h, or tokens such as 500ktok or 5Mtok, found '%s'"
                .formatted(text));
      }
      return switch (matcher.group(2)) {
        case "s" -> new Time(amount);
        case "m" -> new Time(60 * amount);
        case "h" -> new Time(3600 * amount);
        case "ktok" -> new Tokens(1e3 * amount);
        case "Mtok" -> new Tokens(1e6 * amount);
        default -> new Tokens(1e9 * amount);
      };
    }
  }
}
