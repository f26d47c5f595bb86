package dev.minke.cli.store;

import java.util.Locale;

/// Numbers of bytes as people say them, in powers of 1000 as disks and networks are measured.
final class Bytes {
  private static final String[] UNITS = {"kB", "MB", "GB", "TB"};

  private Bytes() {}

  static String words(double bytes) {
    if (bytes < 1000) {
      return "%.0f B".formatted(bytes);
    }
    double scaled = bytes / 1000;
    int unit = 0;
    while (scaled >= 999.5 && unit < UNITS.length - 1) {
      scaled /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, scaled < 99.5 ? "%.1f %s" : "%.0f %s", scaled, UNITS[unit]);
  }
}
