package dev.minke.backend;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What the system says of the machine under this process. What it does not say is empty.
///
/// @param processor its name
/// @param instructions sets that matter to kernels, best first
/// @param processors of the machine
/// @param usable processors that this process may use
/// @param caches of the first processor: `L1 Data 48K`, …
/// @param memoryBytes of the machine, or of the container
/// @param freeBytes of that
/// @param largePages what Linux does: `always`, `madvise` or `never`
public record Hardware(
    String processor,
    List<String> instructions,
    int processors,
    int usable,
    List<String> caches,
    long memoryBytes,
    long freeBytes,
    String largePages) {
  public Hardware {
    instructions = List.copyOf(instructions);
    caches = List.copyOf(caches);
  }

  /// This machine.
  public static Hardware probe() {
    OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    int usable = bean.getAvailableProcessors();
    List<String> info = lines(Path.of("/proc/cpuinfo"));
    int listed = (int) info.stream().filter(line -> line.startsWith("processor")).count();
    return new Hardware(
        info.stream()
            .filter(line -> line.startsWith("model name"))
            .findFirst()
            .map(line -> line.replaceFirst("^[^:]*:\\s*", ""))
            .orElse(""),
        Machine.probe().instructions(),
        Math.max(listed, usable),
        usable,
        caches(Path.of("/sys/devices/system/cpu/cpu0/cache")),
        bean.getTotalMemorySize(),
        bean.getFreeMemorySize(),
        chosen(lines(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"))));
  }

  /// Bytes that this process could still take without pushing out what others use, as far as the
  /// system tells.
  public static long availableBytes() {
    OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long total = bean.getTotalMemorySize();
    return available(lines(Path.of("/proc/meminfo")))
        .map(bytes -> Math.min(bytes, total))
        .orElse(total / 4 * 3);
  }

  /// What Linux reckons in `/proc/meminfo`.
  static Optional<Long> available(List<String> lines) {
    return lines.stream()
        .filter(line -> line.matches("MemAvailable:\\s+\\d+ kB"))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst();
  }

  /// The word in brackets: `always [madvise] never`.
  static String chosen(List<String> lines) {
    return lines.isEmpty() ? "" : lines.getFirst().replaceFirst(".*\\[(\\w+)].*", "$1");
  }

  /// @param directory with one directory for each cache, of which `level`, `type` and `size` are
  ///   read
  static List<String> caches(Path directory) {
    TreeSet<String> found = new TreeSet<>();
    try (DirectoryStream<Path> caches = Files.newDirectoryStream(directory, "index*")) {
      for (Path cache : caches) {
        String type = Files.readString(cache.resolve("type")).strip();
        found.add(
            "L%s %s%s"
                .formatted(
                    Files.readString(cache.resolve("level")).strip(),
                    type.equals("Unified") ? "" : type + " ",
                    Files.readString(cache.resolve("size")).strip()));
      }
    } catch (IOException | DirectoryIteratorException _) {
      // Published on Linux alone, and not in every container.
    }
    return List.copyOf(found);
  }

  private static List<String> lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.toList();
    } catch (IOException _) {
      return List.of();
    }
  }
}
