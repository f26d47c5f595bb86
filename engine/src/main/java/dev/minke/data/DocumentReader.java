package dev.minke.data;

import java.io.IOException;
import java.nio.file.Path;

/// Reads the documents of one file format, one after the other: never a whole file in memory.
@FunctionalInterface
public interface DocumentReader {
  /// Hands over every document of a file, good or bad.
  ///
  /// @throws IOException if the file as a whole cannot be read to its end; the message names it
  void read(Path file, Sink sink) throws IOException;

  /// Takes documents in their order.
  interface Sink {
    /// A document to be trained on.
    ///
    /// @param text valid Unicode, not blank
    /// @param bytes of the text in UTF-8
    void accept(String text, int bytes) throws IOException;

    /// A document that is not.
    void refuse(BadDocument bad);
  }
}
