package dev.minke.cli.watch;

import dev.minke.cli.runs.Run;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;

/// The whole terminal as one picture that renews itself, until somebody leaves or the terminal
/// closes.
final class Screen implements AutoCloseable {
  private static final long RENEW_MILLIS = 1000;
  private static final int ESCAPE_END = -1;
  private static final int CONTROL_C = 3;

  /// Another screen than the one with the shell's text, and no cursor; and back.
  private static final String ENTER = "\u001B[?1049h\u001B[?25l\u001B[2J";

  private static final String LEAVE = "\u001B[?25h\u001B[?1049l";

  /// The terminal shows what lies between these two at once.
  private static final String BEGIN = "\u001B[?2026h\u001B[H";

  private static final String END = "\u001B[J\u001B[?2026l";

  private final Terminal terminal;
  private final Attributes before;
  private final AtomicBoolean left = new AtomicBoolean();
  private final AtomicBoolean resized = new AtomicBoolean();
  private final Thread restore = new Thread(this::restore, "restore terminal");

  /// Takes over the terminal of this process.
  Screen() throws IOException {
    terminal = TerminalBuilder.builder().system(true).build();
    before = terminal.enterRawMode();
    terminal.handle(Terminal.Signal.INT, _ -> left.set(true));
    terminal.handle(Terminal.Signal.WINCH, _ -> resized.set(true));
    Runtime.getRuntime().addShutdownHook(restore);
    terminal.writer().write(ENTER);
    terminal.flush();
  }

  /// Shows the run until the user leaves.
  void show(Run.Observed observed) throws IOException {
    NonBlockingReader keys = terminal.reader();
    while (!left.get()) {
      draw(observed.look());
      long end = System.nanoTime() + RENEW_MILLIS * 1_000_000;
      while (!left.get() && !resized.get() && System.nanoTime() < end) {
        int key = keys.read(100);
        if (key == 'q' || key == 'Q' || key == CONTROL_C || key == ESCAPE_END) {
          left.set(true);
        }
      }
      resized.set(false);
    }
  }

  private void draw(Run run) {
    int columns = Math.max(12, terminal.getWidth());
    int rows = Math.max(1, terminal.getHeight());
    boolean isColoured = System.getenv("NO_COLOR") == null;
    List<String> lines = new Dashboard(columns, rows, isColoured).draw(run);
    StringBuilder picture = new StringBuilder(BEGIN);
    for (int i = 0; i < lines.size(); i++) {
      picture.append(lines.get(i)).append("\u001B[K").append(i < lines.size() - 1 ? "\r\n" : "");
    }
    terminal.writer().write(picture.append(END).toString());
    terminal.flush();
  }

  private void restore() {
    terminal.writer().write(LEAVE);
    terminal.flush();
    terminal.setAttributes(before);
  }

  @Override
  public void close() throws IOException {
    Runtime.getRuntime().removeShutdownHook(restore);
    restore();
    terminal.close();
  }
}
