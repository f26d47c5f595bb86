package dev.minke.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The most memory that a process ever had resident at once, as Linux counts it (`VmHWM`, proc(5)).
final class PeakResident {
  private static final String KEY = "VmHWM:";

  /// Written to `clear_refs`: the peak begins anew at what is resident now.
  private static final String RESET = "5";

  private static final Path RESETS = Path.of("/proc/self/clear_refs");

  private PeakResident() {}

  /// Forgets this process's peak so far, where the system can.
  static void resetOwn() throws IOException {
    if (Files.isWritable(RESETS)) {
      Files.writeString(RESETS, RESET);
    }
  }

  /// MiB of a process that is alive; 0 where the system does not say.
  static long mebibytes(ProcessHandle process) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(KEY))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }
}
