package dev.minke.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Whether anybody else uses the machine: ticks of all processors beside the time of our own
/// processes. Where the system does not tell (no `/proc/stat`), it counts as quiet.
public final class Quiet {
  private static final Path LOAD = Path.of("/proc/stat");
  private static final int MOST_WAITS = 200;

  /// Of one processor, what others may take while we measure.
  private static final double MOST_TAKEN = 0.03;

  private static final double TICKS_PER_SECOND = 100;

  private final ProcessHandle[] own;
  private long began;
  private double busy;
  private double ours;

  /// @param own processes that measure
  Quiet(ProcessHandle... own) {
    this.own = own.clone();
  }

  /// Waits until three seconds pass with less than 5 % of the processors busy.
  ///
  /// @throws IllegalStateException if that takes more than ten minutes
  public static void await() throws IOException, InterruptedException {
    for (int wait = 0; Files.exists(LOAD) && wait < MOST_WAITS; wait++) {
      long[] before = ticks();
      Thread.sleep(3000);
      long[] after = ticks();
      if (after[0] - before[0] < 0.05 * (after[1] - before[1])) {
        return;
      }
    }
    if (Files.exists(LOAD)) {
      throw new IllegalStateException(
          "bench: the machine did not become quiet in ten minutes; try again later");
    }
  }

  /// Begins to watch.
  void begin() throws IOException {
    began = System.nanoTime();
    busy = busySeconds();
    ours = cpuSeconds(own);
  }

  /// Whether a measurement in which others took so many processors has to be repeated.
  static boolean isTooMuch(double taken) {
    return taken > MOST_TAKEN;
  }

  /// Processors that others took since [#begin].
  double taken() throws IOException {
    double theirs = busySeconds() - busy - (cpuSeconds(own) - ours);
    return Files.exists(LOAD) ? theirs / ((System.nanoTime() - began) * 1e-9) : 0;
  }

  /// Processor time of processes so far.
  static double cpuSeconds(ProcessHandle... processes) {
    double seconds = 0;
    for (ProcessHandle process : processes) {
      Duration spent =
          process
              .info()
              .totalCpuDuration()
              .orElseThrow(() ->
                  new IllegalStateException(
                      "bench: the processor time of process " + process.pid() + " is unknown"));
      seconds += spent.toNanos() * 1e-9;
    }
    return seconds;
  }

  private static double busySeconds() throws IOException {
    return Files.exists(LOAD) ? ticks()[0] / TICKS_PER_SECOND : 0;
  }

  /// Busy and all ticks of all processors.
  private static long[] ticks() throws IOException {
    String[] words = Files.readAllLines(LOAD).getFirst().trim().split("\\s+", -1);
    long all = 0;
    for (int i = 1; i <= 8; i++) {
      all += Long.parseLong(words[i]);
    }
    return new long[] {all - Long.parseLong(words[4]) - Long.parseLong(words[5]), all};
  }
}
