package dev.minke.cli.data;

import dev.hardwood.InputFile;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ParquetFileReader;
import dev.minke.data.DocumentCheck;
import dev.minke.data.DocumentReader;
import dev.minke.data.Flaw;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Documents of a Parquet file: the values of one string column, a batch of them in memory. Where
/// the column lies in lists, each value is a document.
///
/// @param column its name, with dots where it lies in others: `messages.list.element.content`
public record ParquetColumn(String column) implements DocumentReader {
  private static final int BATCH = 1024;

  /// The library's voice; held, so that its level stays.
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  @Override
  public void read(Path file, Sink sink) throws IOException {
    LIBRARY.setLevel(Level.WARNING);
    try (ParquetFileReader reader = ParquetFileReader.open(InputFile.of(file))) {
      requireText(file, reader);
      DocumentCheck check = new DocumentCheck(file.toString(), sink);
      try (ColumnReader values = reader.buildColumnReader(column).batchSize(BATCH).build()) {
        long row = 0;
        while (values.nextBatch()) {
          for (int i = 0; i < values.getValueCount(); i++) {
            value(values, i, "row " + ++row, check);
          }
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw e;
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private static void value(ColumnReader values, int index, String place, DocumentCheck check)
      throws IOException {
    if (values.getLeafValidity().isNull(index)) {
      check.refuse(place, Flaw.EMPTY, "null");
      return;
    }
    int from = values.getBinaryOffsets()[index];
    int length = values.getBinaryOffsets()[index + 1] - from;
    byte[] bytes = Arrays.copyOfRange(values.getBinaryValues(), from, from + length);
    check.bytes(place, bytes, length, -1);
  }

  private void requireText(Path file, ParquetFileReader reader) {
    List<String> texts =
        reader.getFileSchema().getColumns().stream()
            .filter(leaf -> leaf.type() == PhysicalType.BYTE_ARRAY)
            .map(leaf -> leaf.fieldPath().toString())
            .toList();
    if (!texts.contains(column)) {
      throw new IllegalArgumentException(
          "%s: expected a column of text named '%s', found the columns %s; name one as field"
              .formatted(file, column, texts));
    }
  }

  private static IOException damaged(Path file, Exception cause) {
    return new IOException(
        "%s: expected a Parquet file, found one that cannot be read (%s)"
            .formatted(file, cause.getMessage()),
        cause);
  }
}
