package dev.minke.cli.console;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Supplier;

/// How far a piece of work is: nothing in its first second; then in a terminal a line that renews
/// itself and goes with the work, in a pipe or a file a line now and then. Belongs to one thread.
public final class Meter implements AutoCloseable {
  private static final long PATIENCE_NANOS = 1_000_000_000L;
  private static final long PIPE_NANOS = 10_000_000_000L;
  private static final long TERMINAL_NANOS = 100_000_000L;
  private static final String CLEAR = "\r\u001B[K";

  private final PrintWriter err;
  private final boolean terminal;
  private final String subject;
  private final long begin = System.nanoTime();
  private long nextNanos = begin + PATIENCE_NANOS;
  private boolean shown;

  Meter(PrintWriter err, boolean terminal, String subject) {
    this.err = err;
    this.terminal = terminal;
    this.subject = subject;
  }

  /// On standard error, of which the launcher says whether it is a terminal.
  ///
  /// @param subject one word
  public static Meter on(PrintWriter err, String subject) {
    return new Meter(err, Boolean.getBoolean("minke.terminal"), subject);
  }

  /// Shows where the work is, unless it did so a moment ago.
  ///
  /// @param text asked only if it is shown
  public void show(Supplier<String> text) {
    long now = System.nanoTime();
    if (now - nextNanos < 0) {
      return;
    }
    nextNanos = now + (terminal ? TERMINAL_NANOS : PIPE_NANOS);
    String line = String.format(Locale.ROOT, "%-10s %s", subject, text.get());
    err.print(terminal ? CLEAR + line : line + System.lineSeparator());
    err.flush();
    shown = true;
  }

  /// `12 of 60, 3 min 10 s left`.
  ///
  /// @param done of `all`; nothing is said of the time before the first is done
  public String share(long done, long all) {
    double seconds = (System.nanoTime() - begin) * 1e-9;
    String left =
        done == 0 ? "" : ", " + Progress.duration(seconds / done * (all - done)) + " left";
    return String.format(Locale.ROOT, "%,d of %,d%s", done, all, left);
  }

  @Override
  public void close() {
    if (terminal && shown) {
      err.print(CLEAR);
      err.flush();
    }
  }
}
