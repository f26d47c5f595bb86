package dev.minke.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What the processor says it can do.
///
/// @param architecture as Java names it
/// @param instructions sets that matter to kernels, best first; empty where the system does not
///   tell
/// @param processors that this process may use
record Machine(String architecture, List<String> instructions, int processors) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private record Named(String flag, String name) {}

  private static final List<Named> KNOWN =
      List.of(
          new Named("amx_int8", "AMX"),
          new Named("avx512_vnni", "AVX-512 VNNI"),
          new Named("avx512f", "AVX-512"),
          new Named("avx_vnni", "AVX-VNNI"),
          new Named("avx2", "AVX2"),
          new Named("fma", "FMA"),
          new Named("sve", "SVE"),
          new Named("asimd", "NEON"));

  Machine {
    instructions = List.copyOf(instructions);
  }

  /// This machine.
  static Machine probe() {
    return new Machine(
        System.getProperty("os.arch"),
        instructions(flags()),
        Runtime.getRuntime().availableProcessors());
  }

  private static String flags() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
          .findFirst()
          .orElse("");
    } catch (IOException _) {
      // Only Linux has the file; elsewhere nothing is known.
      return "";
    }
  }

  static List<String> instructions(String flags) {
    Set<String> words = Set.copyOf(List.of(flags.split("\\s+")));
    return KNOWN.stream().filter(known -> words.contains(known.flag)).map(Named::name).toList();
  }

  String describe() {
    String with = instructions.isEmpty() ? "" : " with " + String.join(", ", instructions);
    return "%s%s; %d %s"
        .formatted(architecture, with, processors, processors == 1 ? "processor" : "processors");
  }
}
