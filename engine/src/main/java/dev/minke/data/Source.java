package dev.minke.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/// A file or folder of documents.
///
/// @param path file, or folder that is read with all below it in the order of the paths
/// @param format of its files
/// @param field of JSON objects, or column of Parquet files, that has the text
/// @param licence under which the text may be used, for the records; `unknown` is an answer
public record Source(Path path, SourceFormat format, String field, String licence) {
  /// Text of a path by the names of its files, of a licence that nobody noted.
  public static Source of(Path path) {
    return new Source(path, SourceFormat.AUTO, "text", "unknown");
  }

  /// Its files, in the order in which they are read.
  ///
  /// @throws IllegalArgumentException if there is none
  public List<Path> files() throws IOException {
    return SourceFiles.of(path);
  }

  /// Hands over every document, and counts.
  ///
  /// @param parquet readers of a column, which this package leaves to others
  /// @param sink of the good ones; what it throws passes through
  /// @return what was read
  public SourceReport read(Function<String, DocumentReader> parquet, Documents sink)
      throws IOException {
    SourceReport report = new SourceReport(path.toString());
    DocumentReader.Sink counting =
        new DocumentReader.Sink() {
          @Override
          public void accept(String text, int bytes) throws IOException {
            report.good(bytes);
            sink.accept(text, bytes);
          }

          @Override
          public void refuse(BadDocument bad) {
            report.bad(bad);
          }
        };
    report.others(SourceFiles.others(path));
    for (Path file : files()) {
      reader(file, parquet).read(file, counting);
    }
    return report;
  }

  /// Takes good documents in their order.
  @FunctionalInterface
  public interface Documents {
    /// @param bytes of the text in UTF-8
    void accept(String text, int bytes) throws IOException;
  }

  private DocumentReader reader(Path file, Function<String, DocumentReader> parquet) {
    return switch (format == SourceFormat.AUTO ? SourceFiles.format(file) : format) {
      case AUTO, TEXT -> new PlainText();
      case JSONL -> new JsonLines(field);
      case PARQUET -> parquet.apply(field);
    };
  }
}
