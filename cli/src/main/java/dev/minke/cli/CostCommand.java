package dev.minke.cli;

import dev.minke.ledger.Charge;
import dev.minke.ledger.CostTable;
import dev.minke.ledger.Ledger;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Shows what a run came to.
@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    description = {
      "Show what a run cost, stage by stage.",
      "",
      "Tokens, floating-point operations, CPU and wall time, memory. Crashed runs count, up to"
          + " their last sign of life. The ledger has a line for each start, heartbeat and end."
    },
    footer = {"", "Examples:", "  minke cost runs/quickstart", "  minke cost"})
final class CostCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      defaultValue = ".",
      description = "directory of a run, with " + Ledger.NAME + " (default: the present one)")
  private Path directory = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    Path file = directory.resolve(Ledger.NAME);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          file + ": expected the ledger of a run, found none; name the directory of a run");
    }
    Ledger.Contents contents = Ledger.read(directory);
    contents.ignored().forEach(line -> spec.commandLine().getErr().println("minke: " + line));
    PrintWriter out = spec.commandLine().getOut();
    CostTable.of(Charge.all(contents.entries())).lines().forEach(out::println);
    return Main.OK;
  }
}
