package dev.minke.cli.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// Ctrl-C during work that can be saved: the first one asks the work to stop, the second one ends
/// the process at once, which is safe, since checkpoints are atomic.
///
/// A terminal that closes (SIGHUP) and `kill` (SIGTERM) count like Ctrl-C. A signal that the
/// process was told to ignore, as `nohup` does, stays ignored. Opened around the work, closed by
/// the same thread.
public final class Interrupt implements AutoCloseable {
  private static final String[] SIGNALS = {"INT", "TERM", "HUP"};

  /// A process that a signal ended has this code, plus the signal's number.
  private static final int SIGNALLED = 128;

  private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();
  private final AtomicInteger code = new AtomicInteger();
  private final Progress progress;
  private final Runnable stop;
  private final List<String> understood;

  private Interrupt(Progress progress, Runnable stop, List<String> understood) {
    this.progress = progress;
    this.stop = stop;
    this.understood = understood;
  }

  /// Of a training.
  ///
  /// @param progress told what was understood and what a second one does
  /// @param stop asks the work to end soon; called on another thread
  public static Interrupt requesting(Progress progress, Runnable stop) {
    return requesting(
        progress,
        stop,
        List.of(
            "saving after this step; again to stop at once,",
            "which loses at most the work since the last checkpoint"));
  }

  /// Of other work.
  ///
  /// @param understood what is said, line by line
  public static Interrupt requesting(Progress progress, Runnable stop, List<String> understood) {
    Interrupt interrupt = new Interrupt(progress, stop, List.copyOf(understood));
    for (String name : SIGNALS) {
      interrupt.listen(new Signal(name));
    }
    return interrupt;
  }

  private void listen(Signal signal) {
    try {
      before.put(signal, Signal.handle(signal, this::receive));
    } catch (IllegalArgumentException leftToTheSystem) {
      // So it is with -Xrs.
      progress.say(
          "interrupt",
          "%s will not save, for: %s",
          signal,
          String.valueOf(leftToTheSystem.getMessage()));
    }
  }

  private void receive(Signal signal) {
    int ours = SIGNALLED + signal.getNumber();
    if (code.compareAndSet(0, ours)) {
      stop.run();
      for (int i = 0; i < understood.size(); i++) {
        progress.say(i == 0 ? "interrupt" : "", "%s", understood.get(i));
      }
    } else {
      Runtime.getRuntime().halt(ours);
    }
  }

  /// The exit code of a process that was interrupted; 0 if it was not.
  public int code() {
    return code.get();
  }

  @Override
  public void close() {
    before.forEach(Signal::handle);
  }
}
