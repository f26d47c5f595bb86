package dev.minke.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// The files of a source, and how they are opened.
final class SourceFiles {
  private static final String GZIP = ".gz";

  private SourceFiles() {}

  /// A file, or those of a folder whose names say that they hold documents, in the order of their
  /// paths.
  ///
  /// @throws IllegalArgumentException if there is none
  static List<Path> of(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new IllegalArgumentException(
          path
              + ": expected a file or folder to learn from, found none; name yours with -o"
              + " text=FILE");
    }
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> found =
          files.filter(Files::isRegularFile).filter(SourceFiles::isNamed).sorted().toList();
      if (found.isEmpty()) {
        throw new IllegalArgumentException(
            path + ": expected files .txt, .jsonl or .parquet (or .gz of them), found none");
      }
      return found;
    }
  }

  /// The files of a folder whose names say nothing that is read here; none for a file.
  static List<Path> others(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(path)) {
      return files.filter(Files::isRegularFile).filter(file -> !isNamed(file)).sorted().toList();
    }
  }

  private static boolean isNamed(Path file) {
    String name = plainName(file);
    return name.endsWith(".txt") || name.endsWith(".jsonl") || name.endsWith(".parquet");
  }

  /// The format that the name of a file says.
  ///
  /// @throws IllegalArgumentException if it says one that is not read here
  static SourceFormat format(Path file) {
    String name = plainName(file);
    if (name.endsWith(".json")) {
      throw new IllegalArgumentException(
          file
              + ": expected text, JSONL or Parquet, found JSON; write one object a line, as"
              + " .jsonl");
    }
    if (name.endsWith(".jsonl")) {
      return SourceFormat.JSONL;
    }
    return name.endsWith(".parquet") ? SourceFormat.PARQUET : SourceFormat.TEXT;
  }

  /// Opens a file; one that ends in `.gz` is decompressed.
  static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    if (!isGzip(file)) {
      return in;
    }
    try {
      return new GZIPInputStream(in, 1 << 16);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /// A failure to read a file to its end, with its name.
  static IOException unreadable(Path file, IOException cause) {
    if (!isGzip(file) || !(cause instanceof EOFException || cause instanceof ZipException)) {
      return cause;
    }
    return new IOException(
        "%s: expected a whole gzip file, found a damaged one (%s); fetch it again"
            .formatted(file, cause.getMessage()),
        cause);
  }

  private static boolean isGzip(Path file) {
    return lowerName(file).endsWith(GZIP);
  }

  private static String plainName(Path file) {
    String name = lowerName(file);
    return name.endsWith(GZIP) ? name.substring(0, name.length() - GZIP.length()) : name;
  }

  private static String lowerName(Path file) {
    return file.toString().toLowerCase(Locale.ROOT);
  }
}
