package dev.minke.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/// `bench SUITE [--json FILE]`.
public final class Bench {
  private static final Path LOAD = Path.of("/proc/stat");
  private static final int MOST_WAITS = 200;

  private Bench() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    boolean json = arguments.length == 3 && arguments[1].equals("--json");
    if (!(arguments.length == 1 || json) || !arguments[0].equals("gemm")) {
      System.err.println(
          "bench: expected gemm [--json FILE], found " + String.join(" ", arguments));
      System.exit(2);
    }
    String library = System.getProperty("minke.openblas", "");
    if (!Files.isRegularFile(Path.of(library))) {
      System.err.println(
          "minke.openblas: expected the path of numpy's OpenBLAS, found '%s'; start bench/run"
              .formatted(library));
      System.exit(1);
    }
    waitForQuiet();
    GemmSuite suite = new GemmSuite(new OpenBlas(Path.of(library)));
    List<Row> rows = new ArrayList<>();
    System.out.println(Row.HEADER);
    for (int threads : new int[] {1, 2}) {
      for (Row row : suite.run(threads)) {
        System.out.println(row.line());
        rows.add(row);
      }
    }
    if (json) {
      Files.writeString(Path.of(arguments[2]), JsonMapper.shared().writeValueAsString(rows));
    }
  }

  /// Waits until three seconds pass with less than 5 % of the processors busy.
  private static void waitForQuiet() throws IOException, InterruptedException {
    for (int wait = 0; Files.exists(LOAD) && wait < MOST_WAITS; wait++) {
      long[] before = ticks();
      Thread.sleep(3000);
      long[] after = ticks();
      if (after[0] - before[0] < 0.05 * (after[1] - before[1])) {
        return;
      }
    }
    if (Files.exists(LOAD)) {
      System.err.println("bench: the machine did not become quiet in ten minutes; try again later");
      System.exit(1);
    }
  }

  /// Busy and all ticks of all processors.
  private static long[] ticks() throws IOException {
    String[] words = Files.readAllLines(LOAD).getFirst().trim().split("\\s+");
    long all = 0;
    for (int i = 1; i <= 8; i++) {
      all += Long.parseLong(words[i]);
    }
    return new long[] {all - Long.parseLong(words[4]) - Long.parseLong(words[5]), all};
  }
}
