package dev.minke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.tokenizer.TokenizerException;
import dev.minke.tokenizer.jinja.TemplateException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The rule for everything that reads a file from outside, whatever its bytes: it works, or it
/// refuses them in one line that names the file; within seconds, and without memory that the file
/// does not explain.
///
/// Fuzz targets call it; the small heap of their JVM (`engine/pom.xml`) is part of the rule.
public final class Hostile {
  /// Of a processor: other programs have theirs. Instrumented code is slow; a reader that is led
  /// astray takes minutes.
  private static final Duration MOST_TIME = Duration.ofSeconds(8);

  /// What a call may add to the highest resident size so far: the heap, and some.
  private static final long MOST_RESIDENT = 512L << 20;

  private static final int MOST_LETTERS = 1000;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private Hostile() {}

  /// A use of files.
  @FunctionalInterface
  public interface Use {
    void run() throws IOException;
  }

  /// Holds a use of files to the rule.
  ///
  /// @param place the file, or the directory of several, that a refusal has to name
  /// @return whether they were not refused
  public static boolean uses(Path place, Use use) {
    long resident = peakResident();
    long begin = THREADS.getCurrentThreadCpuTime();
    boolean works = works(place, use);
    long spent = THREADS.getCurrentThreadCpuTime() - begin;
    assertThat(Duration.ofNanos(spent)).isLessThan(MOST_TIME);
    assertThat(peakResident() - resident).as("bytes of memory").isLessThan(MOST_RESIDENT);
    return works;
  }

  private static boolean works(Path place, Use use) {
    try {
      use.run();
      return true;
    } catch (CheckpointException | TokenizerException | TemplateException refusal) {
      String line = refusal.getMessage();
      boolean isLine =
          line.contains(place.toString())
              && line.length() - place.toString().length() <= MOST_LETTERS
              && line.codePoints().noneMatch(Hostile::breaksLines);
      if (!isLine) {
        throw new AssertionError(
            "expected one line that names %s, found: %s".formatted(place, line), refusal);
      }
      return false;
    } catch (IOException e) {
      throw new AssertionError("expected a refusal, found " + e, e);
    }
  }

  private static boolean breaksLines(int letter) {
    return Character.isISOControl(letter) || letter == 0x2028 || letter == 0x2029;
  }

  /// Bytes, where Linux says so; 0 elsewhere.
  private static long peakResident() {
    Path status = Path.of("/proc/self/status");
    try {
      return !Files.exists(status)
          ? 0
          : Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("VmHWM:"))
              .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
