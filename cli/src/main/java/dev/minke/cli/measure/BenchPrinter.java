package dev.minke.cli.measure;

import java.io.PrintWriter;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// Prints timed tests as they come. Owned by one command.
public final class BenchPrinter {
  /// Forms, named as llama-bench names them.
  public enum Form {
    /// A table for people, in Markdown.
    MD,
    /// An array of objects.
    JSON,
    /// An object a line.
    JSONL,
    /// A heading, then a line for each test.
    CSV
  }

  private static final String[] HEADINGS = {
    "model", "size", "params", "backend", "threads", "test", "t/s"
  };

  /// Negative ones stand at the left.
  private static final int[] WIDTHS = {-30, 10, 10, -10, 7, 15, 20};

  private final PrintWriter out;
  private final Form form;
  private boolean begun;

  public BenchPrinter(PrintWriter out, Form form) {
    this.out = out;
    this.form = form;
  }

  /// Prints a test.
  public void print(BenchRow row) {
    switch (form) {
      case MD -> {
        if (!begun) {
          table(HEADINGS);
          rule();
        }
        table(row.cells());
      }
      case JSON ->
          out.print(
              (begun ? ",%n%s" : "[%n%s")
                  .formatted(
                      JsonMapper.shared()
                          .writerWithDefaultPrettyPrinter()
                          .writeValueAsString(row.fieldsAndSamples())));
      case JSONL -> out.println(JsonMapper.shared().writeValueAsString(row.fieldsAndSamples()));
      case CSV -> {
        if (!begun) {
          out.println(String.join(",", row.fields().keySet()));
        }
        out.println(
            row.fields().values().stream()
                .map(value -> '"' + value.toString().replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(",")));
      }
    }
    begun = true;
    out.flush();
  }

  /// Ends what needs an end.
  public void end() {
    if (form == Form.JSON) {
      out.println(begun ? "%n]".formatted() : "[]");
    }
    out.flush();
  }

  private void table(String[] cells) {
    StringBuilder line = new StringBuilder("|");
    for (int i = 0; i < cells.length; i++) {
      line.append((" %" + WIDTHS[i] + "s |").formatted(cells[i]));
    }
    out.println(line);
  }

  private void rule() {
    StringBuilder line = new StringBuilder("|");
    for (int width : WIDTHS) {
      line.append(" ").append("-".repeat(Math.abs(width) - 1)).append(width > 0 ? ": |" : "- |");
    }
    out.println(line);
  }
}
