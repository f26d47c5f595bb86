package dev.minke.server.ollama;

import dev.minke.server.host.Models;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// `keep_alive`: how long a model shall stay open, at least, when it has answered.
final class KeepAlive {
  /// As Go writes durations: `5m`, `1h30m`, `-1s`.
  private static final Pattern DURATION =
      Pattern.compile("(-?)((?:\\d+(?:\\.\\d+)?(?:ms|s|m|h))+)");

  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h)");

  private KeepAlive() {}

  /// @throws ApiException if the server may close models earlier, or is asked to close one
  static void require(Fields fields, Models models) {
    Optional<JsonNode> asked = fields.any("keep_alive");
    if (asked.isEmpty()) {
      return;
    }
    double seconds = seconds(asked.get());
    String name = fields.name("keep_alive");
    if (Double.isNaN(seconds)) {
      throw ApiException.badField(
          name, "expected seconds, or a duration such as \"5m\", found %s".formatted(asked.get()));
    }
    if (seconds == 0) {
      throw ApiException.badField(
          name, "this server closes models when it wants to; leave the field out");
    }
    Optional<Duration> idle = models.idle();
    if (idle.isPresent() && (seconds < 0 || seconds > idle.get().toMillis() / 1000.0)) {
      throw ApiException.badField(
          name,
          "expected at most %d s, after which this server may close a model, found %s"
              .formatted(idle.get().toSeconds(), asked.get()));
    }
  }

  /// Below 0 for ever.
  private static double seconds(JsonNode asked) {
    if (asked.isNumber()) {
      return asked.doubleValue();
    }
    String text = asked.isString() ? asked.stringValue() : "";
    if (text.matches("-?\\d{1,9}")) {
      return Integer.parseInt(text);
    }
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return Double.NaN;
    }
    double seconds = 0;
    Matcher part = PART.matcher(matcher.group(2));
    while (part.find()) {
      seconds += Double.parseDouble(part.group(1)) * unitSeconds(part.group(2));
    }
    return matcher.group(1).isEmpty() ? seconds : -seconds;
  }

  private static double unitSeconds(String unit) {
    return switch (unit) {
      case "ms" -> 0.001;
      case "s" -> 1;
      case "m" -> 60;
      default -> 3600;
    };
  }
}
