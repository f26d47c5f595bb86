package dev.minke.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Text of one letter is encoded in linear time by every released tokenizer: four megabytes take
/// about four times the processor time of one.
class LinearTimeTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int MEGABYTE = 1 << 20;

  /// A garbage collection or the compiler may disturb one.
  private static final int TRIES = 3;

  /// Linear is 4, n log n 4.4, and up to twice that where the larger text leaves a cache that held
  /// the smaller one. Quadratic is 16.
  private static final double MOST = 10;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "deepseek-v3", "qwen3"})
  void aTextOfOneLetterTakesLinearTime(String name) throws IOException {
    Tokenizer tokenizer = ReleasedTokenizers.read(name, directory);
    for (String letter : List.of("a", " ", "7", "\uD83D\uDC0B")) {
      String one = letter.repeat(MEGABYTE / letter.length());
      String four = one.repeat(4);
      double ratio = Double.MAX_VALUE;
      for (int i = 0; i < TRIES && ratio >= MOST; i++) {
        ratio = nanos(tokenizer, four) / nanos(tokenizer, one);
      }
      assertThat(ratio).as("%s: four megabytes of '%s' to one", name, letter).isLessThan(MOST);
    }
  }

  /// Processor time.
  private static double nanos(Tokenizer tokenizer, String text) {
    long begin = THREADS.getCurrentThreadCpuTime();
    assertThat(tokenizer.encodeWithSpecials(text)).isNotEmpty();
    return THREADS.getCurrentThreadCpuTime() - begin;
  }
}
