package dev.minke.train;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.checkpoint.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// Notices a step that does not end, and writes down what every thread is doing.
///
/// A step hangs when it takes ten times as long as the longest before it, and at least a minute;
/// before the first has ended, ten minutes. It is reported once and not ended: whoever looks after
/// the run decides. Where the threads cannot be written down, the report says why in the place of
/// the file, and watching goes on. Has a thread of its own; the owner closes it.
final class Watchdog implements AutoCloseable {
  private static final double TIMES_LONGEST = 10;
  private static final double LEAST_SECONDS = 60;
  private static final double FIRST_SECONDS = 600;

  private final Path directory;
  private final TrainListener listener;
  private final Thread thread;
  private final long patienceDivisor;
  private int step;
  private long began = System.nanoTime();
  private double longest;
  private boolean reported;
  private boolean closed;

  /// @param directory where the threads are written to
  /// @param listener told of it, on the watchdog's thread
  Watchdog(Path directory, TrainListener listener) {
    this(directory, listener, 1);
  }

  /// @param patienceDivisor by which all times are shorter, for tests
  Watchdog(Path directory, TrainListener listener, long patienceDivisor) {
    this.directory = directory;
    this.listener = listener;
    this.patienceDivisor = patienceDivisor;
    this.thread = Thread.ofPlatform().daemon().name("minke-watchdog").unstarted(this::watch);
  }

  void start() {
    thread.start();
  }

  /// A step begins.
  ///
  /// @param number from 1
  synchronized void begin(int number) {
    step = number;
    began = System.nanoTime();
    reported = false;
    notifyAll();
  }

  /// The step that began has ended.
  synchronized void end() {
    longest = Math.max(longest, seconds());
    step = 0;
    notifyAll();
  }

  private double seconds() {
    return (System.nanoTime() - began) * 1e-9;
  }

  /// How long a step may take.
  private double patience() {
    double seconds =
        longest == 0 ? FIRST_SECONDS : Math.max(LEAST_SECONDS, TIMES_LONGEST * longest);
    return seconds / patienceDivisor;
  }

  private synchronized void watch() {
    try {
      while (!closed) {
        double left = step == 0 || reported ? Double.POSITIVE_INFINITY : patience() - seconds();
        if (left <= 0) {
          reported = true;
          listener.hangs(step, seconds(), written());
        } else if (Double.isInfinite(left)) {
          wait();
        } else {
          wait(1 + (long) (1e3 * left));
        }
      }
    } catch (InterruptedException closedFromOutside) {
      Thread.currentThread().interrupt();
    }
  }

  /// Where the threads are written down, or why they are not.
  private String written() {
    try {
      return dump().toString();
    } catch (CheckpointException notWritten) {
      return "not known, " + notWritten.getMessage();
    }
  }

  private Path dump() {
    StringBuilder text = new StringBuilder();
    text.append("step %d has taken %.0f seconds\n".formatted(step, seconds()));
    Map<String, String> threads = new TreeMap<>();
    Thread.getAllStackTraces()
        .forEach((alive, stack) -> {
          StringBuilder one = new StringBuilder();
          one.append("\n%s (%s)\n".formatted(alive.getName(), alive.getState()));
          for (StackTraceElement frame : stack) {
            one.append("    at ").append(frame).append('\n');
          }
          threads.put(alive.getName() + " " + alive.threadId(), one.toString());
        });
    threads.values().forEach(text::append);
    Path file = directory.resolve("hang-step-%08d.txt".formatted(step));
    AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    return file;
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
