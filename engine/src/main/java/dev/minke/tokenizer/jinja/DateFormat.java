package dev.minke.tokenizer.jinja;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/// Dates as C's `strftime` writes them, in English.
final class DateFormat {
  private static final int HOURS_TO_NOON = 12;

  /// What writing one part of a date costs.
  private static final int STEPS_OF_A_FIELD = 4;

  private DateFormat() {}

  static void write(String format, ZonedDateTime time, Writing writing, Budget budget) {
    for (int i = 0; i < format.length(); i++) {
      char letter = format.charAt(i);
      if (letter != '%') {
        writing.add(letter);
        continue;
      }
      budget.steps(STEPS_OF_A_FIELD);
      boolean unpadded = format.startsWith("%-", i);
      i += unpadded ? 2 : 1;
      if (i >= format.length()) {
        throw Failure.type("strftime_now: the format ends behind %%");
      }
      writing.add(
          unpadded ? stripped(field(format.charAt(i), time)) : field(format.charAt(i), time));
    }
  }

  private static String stripped(String field) {
    String rest = field.stripLeading();
    int zeros = 0;
    while (zeros < rest.length() - 1 && rest.charAt(zeros) == '0') {
      zeros++;
    }
    return rest.substring(zeros);
  }

  private static String field(char directive, ZonedDateTime time) {
    return switch (directive) {
      case 'Y' -> Integer.toString(time.getYear());
      case 'y' -> "%02d".formatted(time.getYear() % 100);
      case 'm' -> "%02d".formatted(time.getMonthValue());
      case 'd' -> "%02d".formatted(time.getDayOfMonth());
      case 'e' -> "%2d".formatted(time.getDayOfMonth());
      case 'j' -> "%03d".formatted(time.getDayOfYear());
      case 'H' -> "%02d".formatted(time.getHour());
      case 'I' -> "%02d".formatted(time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case 'M' -> "%02d".formatted(time.getMinute());
      case 'S' -> "%02d".formatted(time.getSecond());
      case 'f' -> "%06d".formatted(time.get(ChronoField.MICRO_OF_SECOND));
      case 'p' -> time.getHour() < HOURS_TO_NOON ? "AM" : "PM";
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' ->
          time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH).substring(0, 3);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'F' -> time.toLocalDate().toString();
      case 'T' -> field('H', time) + ":" + field('M', time) + ":" + field('S', time);
      case 'z' ->
          time.getOffset().getTotalSeconds() == 0
              ? "+0000"
              : time.getOffset().getId().replace(":", "");
      case 'Z' -> time.getZone().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case '%' -> "%";
      default -> throw Failure.type("strftime_now: directive %%%s is not supported", directive);
    };
  }
}
