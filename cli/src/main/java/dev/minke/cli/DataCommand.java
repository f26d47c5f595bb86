package dev.minke.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// What a run learns from: counted, made into tokens, shown, held against an evaluation.
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = {
      "Look at what a run learns from.",
      "",
      "A recipe names its text by 'text: PATH', or mixes sources by a list:",
      "",
      "  sources:",
      "    - {path: books, format: AUTO, field: text, weight: 3, epochs: 0,",
      "       licence: public domain}",
      "    - {path: pages.parquet, format: PARQUET, field: text, weight: 1, epochs: 0,",
      "       licence: ODC-BY}",
      "",
      "Weights are shares of the tokens; epochs instead say how often a source is read in the time"
          + " in which one with 1 is read once. The text becomes tokens once, in the run's folder"
          + " data, with a manifest of hashes, licences and counts."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DataCountCommand.class,
      DataBuildCommand.class,
      DataShowCommand.class,
      DataOverlapCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  minke data count pages.jsonl.gz books/",
      "  minke data build tiny -o text=input.txt",
      "  minke data show runs/tiny",
      "  minke data overlap exam.txt books/ pages.jsonl.gz"
    })
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
