package dev.minke.cli.watch;

import dev.minke.cli.runs.Run;
import dev.minke.cli.runs.RunStatus;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `minke watch`.
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = {
      "Watch a run: curves, load of the experts, speed, time left.",
      "",
      "In a terminal the whole screen, until q or Ctrl-C. In a pipe a line for each validation and"
          + " for a step now and then, until the run is over; the exit code is then 1 if it failed"
          + " or crashed. With --web a page for browsers on this machine, until Ctrl-C. The run"
          + " need not have begun; of one in phases, the phase that was written to last is shown,"
          + " and the run is over with the last."
    },
    footer = {
      "",
      "Examples:",
      "  minke watch runs/tiny",
      "  minke watch runs/tiny --web",
      "  minke watch runs/tiny >>tiny.log"
    })
public final class WatchCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofSeconds(1);

  @Parameters(paramLabel = "RUN", description = "directory of the run")
  private Path directory = Path.of("");

  @Option(names = "--web", description = "serve a live page on this machine, to this machine alone")
  private boolean isWeb;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "of the page; 0 for any that is free (default: ${DEFAULT-VALUE})",
      defaultValue = "8671")
  private int port;

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      description = "in a pipe, seconds between two steps that are told (default: 10)")
  private int everySeconds = 10;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (everySeconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--every: expected 1 or more, found " + everySeconds);
    }
    if (port < 0 || port > 65_535) {
      throw new ParameterException(
          spec.commandLine(), "--port: expected 0 to 65535, found " + port);
    }
    Run.Observed observed = new Run.Observed(directory, InstantSource.system());
    if (isWeb) {
      try (WebServer server = new WebServer(new WebPage(observed), port)) {
        spec.commandLine().getOut().println(server.address());
        spec.commandLine().getOut().flush();
        new CountDownLatch(1).await();
      }
    }
    if (isTerminal()) {
      try (Screen screen = new Screen()) {
        screen.show(observed);
      }
      return 0;
    }
    return follow(observed);
  }

  private static boolean isTerminal() {
    Console console = System.console();
    String kind = System.getenv("TERM");
    return console != null && console.isTerminal() && kind != null && !kind.equals("dumb");
  }

  private int follow(Run.Observed observed) throws IOException, InterruptedException {
    Lines lines = new Lines(spec.commandLine().getOut(), Duration.ofSeconds(everySeconds));
    while (true) {
      Run run = observed.look();
      lines.tell(run);
      RunStatus.Phase phase = run.status().phase();
      if (phase.isOver()) {
        return phase == RunStatus.Phase.FINISHED || phase == RunStatus.Phase.STOPPED ? 0 : 1;
      }
      Thread.sleep(LOOK);
    }
  }
}
