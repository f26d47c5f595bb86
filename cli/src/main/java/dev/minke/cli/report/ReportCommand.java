package dev.minke.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `minke report`.
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Write what became of a run as one page.",
      "",
      "Curves, load of the experts, samples, evaluation, cost, machine and recipe in one file that"
          + " needs no network and no script. A run that is still running gives a page of now."
    },
    footer = {
      "",
      "Examples:",
      "  minke report runs/tiny",
      "  minke report runs/tiny --out tiny.html"
    })
public final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "directory of the run")
  private Path directory = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "the page (default: " + RunReport.NAME + " in the run)")
  private @Nullable Path out;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Path file = out == null ? directory.resolve(RunReport.NAME) : out;
    RunReport.write(directory, file);
    spec.commandLine().getOut().println(file);
    return 0;
  }
}
