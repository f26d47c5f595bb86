package dev.minke.cli.doctor;

import dev.minke.backend.BackendUnavailableException;
import dev.minke.backend.Backends;
import dev.minke.backend.Hardware;
import dev.minke.cli.doctor.Finding.State;
import dev.minke.kernel.Kernels;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import dev.minke.train.GemmPeak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Looks at the machine, the JVM and their speed.
///
/// @param hardware what the system says
/// @param java version of the JVM, the first number
/// @param nativeAccess whether native memory and calls are allowed
/// @param compiles whether the JVM has its compilers
/// @param directory whose disk is looked at
record Checkup(
    Hardware hardware, int java, boolean nativeAccess, boolean compiles, Path directory) {
  private static final int NEEDED_JAVA = 25;
  private static final double GIB = 1 << 30;
  private static final long LEAST_MEMORY = 2L << 30;
  private static final long LEAST_DISK = 2L << 30;

  /// Seconds of each measurement: enough for the compiler to see the loops.
  private static final double SECONDS = 1;

  /// More than any cache holds.
  private static final int COPIED_ROWS = 4096;

  private static final int COPIED_COLUMNS = 4096;

  /// This JVM on this machine.
  static Checkup here() {
    return new Checkup(
        Hardware.probe(),
        Runtime.version().feature(),
        Checkup.class.getModule().isNativeAccessEnabled(),
        System.getProperty("java.vm.info", "").contains("mixed mode"),
        Path.of("").toAbsolutePath());
  }

  List<Finding> findings() throws IOException {
    List<Finding> findings = new ArrayList<>();
    jvm(findings);
    machine(findings);
    backend(findings);
    return findings;
  }

  private void jvm(List<Finding> findings) {
    findings.add(
        Finding.of(
            "java",
            "%s, %s".formatted(Runtime.version(), System.getProperty("java.vm.name", "")),
            java == NEEDED_JAVA,
            State.MISSING,
            "Minke needs a JDK %d: install one, or set MINKE_JAVA_HOME".formatted(NEEDED_JAVA)));
    findings.add(
        Finding.of(
            "native access",
            nativeAccess ? "allowed" : "not allowed",
            nativeAccess,
            State.MISSING,
            "start by ./minke, or java with --enable-native-access=ALL-UNNAMED"));
    findings.add(
        Finding.of(
            "compiler",
            compiles ? "on" : "off: " + System.getProperty("java.vm.info", ""),
            compiles,
            State.POOR,
            "take -Xint and -XX:TieredStopAtLevel out of MINKE_JAVA_OPTIONS"));
    findings.add(
        Finding.good(
            "heap", gib(Runtime.getRuntime().maxMemory()) + " at most; tensors lie outside"));
  }

  private void machine(List<Finding> findings) throws IOException {
    String name =
        hardware.processor().isEmpty() ? System.getProperty("os.arch") : hardware.processor();
    findings.add(Finding.good("processor", name));
    findings.add(
        Finding.good(
            "instructions",
            hardware.instructions().isEmpty()
                ? "the system does not tell"
                : String.join(", ", hardware.instructions())));
    findings.add(
        Finding.good(
            "caches",
            hardware.caches().isEmpty()
                ? "the system does not tell"
                : String.join(", ", hardware.caches())));
    findings.add(
        Finding.of(
            "cores",
            "%d of %d may be used".formatted(hardware.usable(), hardware.processors()),
            hardware.usable() == hardware.processors(),
            State.POOR,
            "a limit of the container, or -XX:ActiveProcessorCount, holds the others back"));
    findings.add(
        Finding.of(
            "memory",
            "%s, %s free".formatted(gib(hardware.memoryBytes()), gib(hardware.freeBytes())),
            hardware.memoryBytes() >= LEAST_MEMORY,
            State.POOR,
            "small models alone will fit; raise the limit of the container if there is one"));
    String pages = hardware.largePages();
    findings.add(
        Finding.of(
            "large pages",
            pages.isEmpty() ? "none of this kind" : pages,
            !pages.equals("never"),
            State.POOR,
            "large products are a sixth faster with them: as root, echo madvise >"
                + " /sys/kernel/mm/transparent_hugepage/enabled"));
    long room = Files.getFileStore(directory).getUsableSpace();
    findings.add(
        Finding.of(
            "disk",
            "%s free in %s".formatted(gib(room), directory),
            room >= LEAST_DISK,
            State.POOR,
            "checkpoints need room: free some, or give --out on another disk"));
  }

  private static void backend(List<Finding> findings) {
    try (Kernels kernels = Backends.openDefault()) {
      findings.add(Finding.good("backend", kernels.describe()));
      double peak = Backends.fmaPeak(kernels, SECONDS);
      double product = GemmPeak.measure(kernels, SECONDS);
      findings.add(
          Finding.good("multiply-adds", gigas(peak, "GFLOP/s") + " at best, in registers"));
      findings.add(
          Finding.good(
              "products",
              String.format(
                  Locale.ROOT,
                  "%s, %.0f %% of that",
                  gigas(product, "GFLOP/s"),
                  100 * product / peak)));
      findings.add(
          Finding.good(
              "memory speed", gigas(copySpeed(kernels), "GB/s") + " read and written in copies"));
    } catch (BackendUnavailableException e) {
      findings.add(
          new Finding("backend", "none", State.MISSING, "start by ./minke: " + e.getMessage()));
    } catch (IllegalArgumentException e) {
      findings.add(new Finding("backend", "none", State.MISSING, String.valueOf(e.getMessage())));
    }
  }

  /// Bytes a second, those read and those written together.
  private static double copySpeed(Kernels kernels) {
    try (Workspace workspace = new Workspace()) {
      Tensor from = workspace.allocate(COPIED_ROWS, COPIED_COLUMNS);
      Tensor to = workspace.allocate(COPIED_ROWS, COPIED_COLUMNS);
      kernels.fill(from, 1);
      double best = 0;
      long end = System.nanoTime() + (long) (SECONDS * 1e9);
      do {
        long begin = System.nanoTime();
        kernels.copy(from, to);
        double bytes = 2.0 * Float.BYTES * COPIED_ROWS * COPIED_COLUMNS;
        best = Math.max(best, bytes / (Math.max(1, System.nanoTime() - begin) * 1e-9));
      } while (System.nanoTime() < end);
      return best;
    }
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
  }

  private static String gigas(double value, String unit) {
    return String.format(Locale.ROOT, "%.0f %s", value / 1e9, unit);
  }
}
