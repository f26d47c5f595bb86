package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class WatchdogTest {
  /// The first step may take 0.6 seconds, others 0.06 or ten times the longest.
  private static final long DIVISOR = 1000;

  @TempDir Path directory;
  private final BlockingQueue<Path> reports = new LinkedBlockingQueue<>();

  private final TrainListener listener =
      new TrainListener() {
        @Override
        public void hangs(int step, double seconds, Path threads) {
          assertThat(step).isEqualTo(3);
          reports.add(threads);
        }
      };

  @Test
  void aStepThatDoesNotEndIsReportedOnceWithEveryThread() throws Exception {
    try (Watchdog watchdog = new Watchdog(directory, listener, DIVISOR)) {
      watchdog.start();
      for (int quick = 1; quick <= 2; quick++) {
        watchdog.begin(quick);
        watchdog.end();
      }
      // Between steps nothing hangs: a validation may take as long as it likes.
      assertThat(reports.poll(200, TimeUnit.MILLISECONDS)).isNull();
      watchdog.begin(3);
      Path threads = reports.poll(10, TimeUnit.SECONDS);
      assertThat(threads).isEqualTo(directory.resolve("hang-step-00000003.txt"));
      assertThat(Files.readString(threads))
          .startsWith("step 3 has taken")
          .contains("minke-watchdog", Thread.currentThread().getName(), "WatchdogTest");
      assertThat(reports.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }
  }
}
