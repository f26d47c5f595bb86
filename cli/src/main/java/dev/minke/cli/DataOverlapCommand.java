package dev.minke.cli;

import dev.minke.cli.data.ParquetColumn;
import dev.minke.data.Overlap;
import dev.minke.data.Source;
import dev.minke.data.SourceFormat;
import dev.minke.data.SourceReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Holds an evaluation text against training text.
@Command(
    name = "overlap",
    mixinStandardHelpOptions = true,
    description = {
      "Say how much of an evaluation text stands in the training text.",
      "",
      "By runs of ten words; case, punctuation and space count for nothing, an ideograph is a word."
          + " A score on text that was learned by heart says little: look here first. Memory grows"
          + " with the evaluation text alone."
    },
    footer = {
      "",
      "Examples:",
      "  minke data overlap exam.txt books/",
      "  minke data overlap test.jsonl train-1.jsonl.gz train-2.parquet --field text"
    })
final class DataOverlapCommand implements Callable<Integer> {
  private static final int SHOWN = 160;

  @Parameters(index = "0", paramLabel = "EVAL", description = "evaluation text: file or folder")
  private Path evaluation = Path.of("");

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "TRAIN",
      description = "training text: files or folders")
  private List<Path> training = List.of();

  @Option(
      names = "--field",
      paramLabel = "NAME",
      description = "of JSON objects, or column, that has the text (default: text)")
  private String field = "text";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    for (Path path : training) {
      source(path).files();
    }
    Overlap overlap = new Overlap();
    Map<String, String> beginnings = new HashMap<>();
    int[] number = {0};
    SourceReport read =
        source(evaluation)
            .read(
                ParquetColumn::new,
                (text, _) -> {
                  String name = "document " + number[0]++;
                  overlap.evaluate(name, Overlap.words(text));
                  beginnings.put(name, beginning(text));
                });
    read.requireUsable(1);
    for (Path path : training) {
      source(path).read(ParquetColumn::new, (text, _) -> overlap.train(Overlap.words(text)));
    }
    print(overlap.result(), beginnings);
    return Main.OK;
  }

  private Source source(Path path) {
    return new Source(path, SourceFormat.AUTO, field, "unknown");
  }

  private static String beginning(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }

  private void print(Overlap.Result found, Map<String, String> beginnings) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%,d of %,d documents (%.2f %%) share a run of %d words with the training text%n",
        found.overlapping(),
        found.documents(),
        percent(found.overlapping(), found.documents()),
        Overlap.RUN);
    out.printf(
        Locale.ROOT,
        "%,d of %,d words (%.2f %%) lie in such runs; %,d documents are too short to tell%n",
        found.covered(),
        found.units(),
        percent(found.covered(), found.units()),
        found.tooShort());
    for (Overlap.Example example : found.examples()) {
      out.printf(
          Locale.ROOT,
          "  %s, %.0f %% of it, from word %,d on: %s%n",
          example.document(),
          100 * example.share(),
          example.from() + 1,
          beginnings.getOrDefault(example.document(), ""));
    }
    out.flush();
  }

  private static double percent(long part, long whole) {
    return whole == 0 ? 0 : 100.0 * part / whole;
  }
}
