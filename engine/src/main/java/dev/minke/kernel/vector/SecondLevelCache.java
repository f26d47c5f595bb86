package dev.minke.kernel.vector;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The size of a core's second-level cache, by which products are cut.
///
/// Read from what Linux publishes; elsewhere, and where nothing is published, [#ASSUMED]. It
/// decides about speed alone.
final class SecondLevelCache {
  /// What nearly every processor with vectors of 256 bits has at least.
  static final long ASSUMED = 512 << 10;

  /// Of this machine.
  static final long BYTES = bytes(Path.of("/sys/devices/system/cpu/cpu0/cache"));

  private SecondLevelCache() {}

  /// @param caches a directory with one directory for each cache, of which the files `level` and
  ///   `size` are read
  /// @return bytes
  static long bytes(Path caches) {
    try (var directories = Files.newDirectoryStream(caches, "index*")) {
      for (Path cache : directories) {
        if (Files.readString(cache.resolve("level")).strip().equals("2")) {
          return size(Files.readString(cache.resolve("size")).strip());
        }
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException _) {
      // Not published in a form that is known here.
    }
    return ASSUMED;
  }

  /// `512K` or `2M`.
  private static long size(String text) {
    if (text.isEmpty()) {
      throw new NumberFormatException("no size");
    }
    long number = Long.parseLong(text.substring(0, text.length() - 1));
    return switch (text.charAt(text.length() - 1)) {
      case 'K' -> number << 10;
      case 'M' -> number << 20;
      default -> throw new NumberFormatException(text);
    };
  }
}
