package dev.minke.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import tools.jackson.databind.json.JsonMapper;

/// The suite `gemm` at the vector widths below the machine's widest, beside OpenBLAS with the
/// kernels that it would choose on a processor of that width.
///
/// The width is a constant of the process, so each takes a process of its own.
final class NarrowerWidths {
  private static final String PROPERTY = "minke.vectorBits";

  /// A width with a processor that has no more, in OpenBLAS's words.
  private record Width(int bits, String core) {}

  private static final List<Width> WIDTHS =
      List.of(new Width(256, "Haswell"), new Width(128, "Nehalem"));

  private NarrowerWidths() {}

  /// Whether this process measures at a width that was asked for.
  static boolean isOneOfThem() {
    return System.getProperty(PROPERTY) != null;
  }

  /// Rows of all narrower widths; each process prints its own.
  static List<Row> run(boolean provisional) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    int widest = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    for (Width width : WIDTHS) {
      if (width.bits < widest) {
        rows.addAll(run(width, provisional));
      }
    }
    return rows;
  }

  private static List<Row> run(Width width, boolean provisional)
      throws IOException, InterruptedException {
    Path json = Files.createTempFile("minke-bench", ".json");
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.add("-D" + PROPERTY + "=" + width.bits);
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of(Bench.class.getName(), "gemm", "--json", json.toString()));
      if (provisional) {
        command.add("--provisional");
      }
      ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
      builder.environment().put("OPENBLAS_CORETYPE", width.core);
      int status = builder.start().waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            "bench: the process for %d bits ended with %d".formatted(width.bits, status));
      }
      return List.of(JsonMapper.shared().readValue(json, Row[].class));
    } finally {
      Files.delete(json);
    }
  }
}
