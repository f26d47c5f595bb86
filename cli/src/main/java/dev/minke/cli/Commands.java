package dev.minke.cli;

import dev.minke.cli.compare.CompareCommand;
import dev.minke.cli.doctor.DoctorCommand;
import dev.minke.cli.quickstart.QuickstartCommand;
import dev.minke.cli.report.ReportCommand;
import dev.minke.cli.store.ListCommand;
import dev.minke.cli.store.PullCommand;
import dev.minke.cli.watch.WatchCommand;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;

/// The commands, in the order in which help lists them.
final class Commands {
  private static final List<Map.Entry<String, Class<?>>> ALL =
      List.of(
          Map.entry("quickstart", QuickstartCommand.class),
          Map.entry("train", TrainCommand.class),
          Map.entry("run", RunCommand.class),
          Map.entry("serve", ServeCommand.class),
          Map.entry("predict", PredictCommand.class),
          Map.entry("generate", GenerateCommand.class),
          Map.entry("logits", LogitsCommand.class),
          Map.entry("perplexity", PerplexityCommand.class),
          Map.entry("bench", BenchCommand.class),
          Map.entry("cost", CostCommand.class),
          Map.entry("watch", WatchCommand.class),
          Map.entry("report", ReportCommand.class),
          Map.entry("show", ShowCommand.class),
          Map.entry("compare", CompareCommand.class),
          Map.entry("pull", PullCommand.class),
          Map.entry("list", ListCommand.class),
          Map.entry("doctor", DoctorCommand.class),
          Map.entry("data", DataCommand.class));

  private Commands() {}

  /// Adds the command that the arguments name, or all where they name none: to look through the
  /// options of all takes longer than what a short command does.
  static void add(CommandLine line, String[] arguments) {
    List<Map.Entry<String, Class<?>>> named =
        Arrays.stream(arguments)
            .filter(one -> !one.startsWith("-"))
            .limit(1)
            .flatMap(name -> ALL.stream().filter(command -> command.getKey().equals(name)))
            .toList();
    (named.isEmpty() ? ALL : named)
        .forEach(command -> line.addSubcommand(command.getKey(), command.getValue()));
  }

  /// What else is written for `help COMMAND`: `COMMAND -h`.
  static String[] withoutHelp(String[] arguments) {
    if (arguments.length == 0 || !arguments[0].equals("help")) {
      return arguments;
    }
    return Stream.concat(Arrays.stream(arguments).skip(1), Stream.of("-h")).toArray(String[]::new);
  }
}
