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

@Timeout(60)
class WatchdogTest {
  /// The first step may take 0.6 seconds, others 0.06 or ten times the longest.
  private static final long DIVISOR = 1000;

  @TempDir Path directory;
  private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();

  private record Report(int step, String threads) {}

  private final TrainListener listener =
      new TrainListener() {
        @Override
        public void hangs(int step, double seconds, String threads) {
          reports.add(new Report(step, threads));
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
      Path threads = directory.resolve("hang-step-00000003.txt");
      assertThat(reports.poll(10, TimeUnit.SECONDS)).isEqualTo(new Report(3, threads.toString()));
      assertThat(Files.readString(threads))
          .startsWith("step 3 has taken")
          .contains("minke-watchdog", Thread.currentThread().getName(), "WatchdogTest");
      assertThat(reports.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }
  }

  /// What takes the place of a disk that is full: a directory that is not there yet.
  @Test
  void threadsThatCannotBeWrittenAreReportedInOneLineAndWatchingGoesOn() throws Exception {
    Path absent = directory.resolve("absent");
    try (Watchdog watchdog = new Watchdog(absent, listener, DIVISOR)) {
      watchdog.start();
      watchdog.begin(1);
      Path first = absent.resolve("hang-step-00000001.txt");
      assertThat(reports.poll(10, TimeUnit.SECONDS))
          .isNotNull()
          .returns(1, Report::step)
          .extracting(Report::threads)
          .asString()
          .contains("cannot write " + first)
          .doesNotContain("\n", "Exception");
      assertThat(reports.poll(200, TimeUnit.MILLISECONDS)).isNull();
      watchdog.end();
      Files.createDirectory(absent);
      watchdog.begin(2);
      Path second = absent.resolve("hang-step-00000002.txt");
      assertThat(reports.poll(15, TimeUnit.SECONDS)).isEqualTo(new Report(2, second.toString()));
      assertThat(second).exists();
    }
  }
}
