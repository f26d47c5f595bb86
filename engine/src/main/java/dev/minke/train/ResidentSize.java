package dev.minke.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The memory that the system counts as this process's.
public final class ResidentSize {
  /// In kB, behind this word (proc(5)); in the file so that no page size need be known.
  private static final String KEY = "VmRSS:";

  private static final Path STATUS = Path.of("/proc/self/status");

  private ResidentSize() {}

  /// Bytes; 0 where the system does not say.
  public static long bytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(KEY)) {
          return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
      return 0;
    } catch (IOException | NumberFormatException notLinux) {
      return 0;
    }
  }
}
