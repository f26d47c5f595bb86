package dev.minke.cli;

import dev.minke.backend.Hardware;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--memory`: how much of a model may be in memory.
final class MemoryOption {
  /// Left to the cache of tokens, to intermediate results and to Java.
  private static final long RESERVE = 1L << 30;

  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)([kmgt]?)i?b?");

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "most memory for weights, such as 12g; of a mixture of experts that needs more, experts"
              + " are read from the file as they are wanted (default: what is free, less 1g)")
  private @Nullable String size;

  /// Bytes for weights.
  ///
  /// @throws UsageException if it is no size
  long bytes() {
    return size == null
        ? Math.max(0, Hardware.availableBytes() - RESERVE)
        : parse("--memory", size);
  }

  /// Bytes that a size means.
  ///
  /// @param option for whose value it is
  /// @throws UsageException if it is no size
  static long parse(String option, String size) {
    Matcher matcher = SIZE.matcher(size.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new UsageException(
          "%s: expected a size such as 12g or 900m, found '%s'".formatted(option, size));
    }
    int power = matcher.group(2).isEmpty() ? 0 : "kmgt".indexOf(matcher.group(2)) + 1;
    return (long) (Double.parseDouble(matcher.group(1)) * Math.pow(1024, power));
  }
}
