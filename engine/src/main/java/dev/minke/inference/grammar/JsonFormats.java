package dev.minke.inference.grammar;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The values of JSON schema's `format`, as regular expressions of what they mean. Where a standard
/// is wider than its use (quoted mailboxes, leap seconds), less is admitted: each text is of the
/// format.
final class JsonFormats {
  private static final String MONTH_AND_DAY =
      "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))";

  /// Years that 4 divides, without those that 100 divides and 400 does not.
  private static final String LEAP_YEAR =
      "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)";

  private static final String DATE = "(?:\\d{4}-" + MONTH_AND_DAY + "|" + LEAP_YEAR + "-02-29)";
  private static final String HOUR_AND_MINUTE = "(?:[01]\\d|2[0-3]):[0-5]\\d";
  private static final String TIME =
      HOUR_AND_MINUTE + ":[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-](?:0\\d|1[0-3]):[0-5]\\d|\\+14:00)";

  private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final String IPV4 = "(?:" + BYTE + "\\.){3}" + BYTE;
  private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?";
  private static final String HOST =
      "(?:" + LABEL + "\\.){0,4}[A-Za-z](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?";
  private static final String MAILBOX_PART = "[A-Za-z0-9_+-]{1,20}";
  private static final String URI_LETTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
  private static final String DURATION_TIME =
      "T(?:\\d{1,9}H(?:\\d{1,9}M(?:\\d{1,9}S)?)?|\\d{1,9}M(?:\\d{1,9}S)?|\\d{1,9}S)";
  private static final String DURATION_DATE =
      "(?:\\d{1,9}Y(?:\\d{1,9}M(?:\\d{1,9}D)?)?|\\d{1,9}M(?:\\d{1,9}D)?|\\d{1,9}D)";

  private static final Map<String, String> PATTERNS = patterns();

  private JsonFormats() {}

  private static Map<String, String> patterns() {
    Map<String, String> patterns = new LinkedHashMap<>();
    patterns.put("date", DATE);
    patterns.put("time", TIME);
    patterns.put("date-time", DATE + "T" + TIME);
    patterns.put(
        "duration",
        "P(?:\\d{1,9}W|" + DURATION_DATE + "(?:" + DURATION_TIME + ")?|" + DURATION_TIME + ")");
    patterns.put("uuid", "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    patterns.put(
        "email",
        MAILBOX_PART + "(?:\\." + MAILBOX_PART + "){0,2}@(?:" + LABEL + "\\.){1,3}[A-Za-z]{2,20}");
    patterns.put("hostname", HOST);
    patterns.put("ipv4", IPV4);
    patterns.put("ipv6", ipv6());
    patterns.put(
        "uri",
        "[A-Za-z][A-Za-z0-9+.-]{0,20}://"
            + HOST
            + "(?::\\d{1,4})?(?:/"
            + URI_LETTER
            + "*)*(?:\\?"
            + URI_LETTER
            + "*)?(?:#"
            + URI_LETTER
            + "*)?");
    patterns.put("json-pointer", "(?:/(?:[^/~]|~[01])*)*");
    return patterns;
  }

  /// Eight groups, or fewer with one gap.
  private static String ipv6() {
    String group = "[0-9A-Fa-f]{1,4}";
    StringBuilder pattern = new StringBuilder("(?:(?:" + group + ":){7}" + group + "|::");
    pattern.append("(?:").append(group).append("(?::").append(group).append("){0,6})?");
    for (int before = 1; before <= 7; before++) {
      pattern
          .append("|")
          .append(group)
          .append("(?::")
          .append(group)
          .append("){")
          .append(before - 1);
      pattern.append("}::");
      if (before < 7) {
        pattern.append("(?:").append(group).append("(?::").append(group).append("){0,");
        pattern.append(6 - before).append("})?");
      }
    }
    return pattern.append(")").toString();
  }

  /// The values of a format, or null where it isn't known.
  static @Nullable Expression values(String format, Budget budget) {
    String pattern = PATTERNS.get(format);
    return pattern == null ? null : RegexReader.whole(pattern, budget);
  }

  static String known() {
    return String.join(", ", PATTERNS.keySet());
  }
}
