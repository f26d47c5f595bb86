package dev.minke.cli;

import dev.minke.cli.data.ParquetColumn;
import dev.minke.data.Source;
import dev.minke.data.SourceFormat;
import dev.minke.data.SourceReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Reads text and counts it.
@Command(
    name = "count",
    mixinStandardHelpOptions = true,
    description = {
      "Count documents and bytes of text, and name what is bad in it.",
      "",
      "Bad is what training leaves out: control bytes, bytes that are no UTF-8, documents above 16"
          + " MiB or with nothing but space, lines that are no JSON object or lack the field."
    },
    footer = {
      "",
      "Examples:",
      "  minke data count books/",
      "  minke data count answers.jsonl.gz --field body"
    })
final class DataCountCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PATH", arity = "1..*", description = "files or folders")
  private List<Path> paths = List.of();

  @Option(
      names = "--field",
      paramLabel = "NAME",
      description = "of JSON objects, or column, that has the text (default: text)")
  private String field = "text";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    for (Path path : paths) {
      Source source = new Source(path, SourceFormat.AUTO, field, "unknown");
      SourceReport report = source.read(ParquetColumn::new, (_, _) -> {});
      out.printf(
          Locale.ROOT,
          "%s: %,d documents, %,d bytes, %,d bad%n",
          path,
          report.documents(),
          report.bytes(),
          report.bad());
      report.lines().forEach(line -> out.println("  " + line));
      out.flush();
    }
    return Main.OK;
  }
}
