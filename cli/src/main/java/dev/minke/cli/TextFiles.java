package dev.minke.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Documents of text files: pieces between blank lines.
final class TextFiles {
  private TextFiles() {}

  /// @param path a UTF-8 text file, or a folder whose `.txt` files are read in the order of their
  ///   names
  /// @throws IllegalArgumentException if there is no file, or no text in it
  static List<String> documents(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new IllegalArgumentException(
          path
              + ": expected a file or folder to learn from, found none; name yours with -o"
              + " text=FILE");
    }
    List<String> documents = new ArrayList<>();
    for (Path file : files(path)) {
      try {
        for (String piece : Files.readString(file).split("\\R\\s*\\R")) {
          if (!piece.isBlank()) {
            documents.add(piece.strip() + "\n");
          }
        }
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException(
            file + ": expected text in UTF-8, found other bytes; convert it first", e);
      }
    }
    if (documents.isEmpty()) {
      throw new IllegalArgumentException(path + ": expected text to learn from, found none");
    }
    return documents;
  }

  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> files = Files.walk(path)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
  }
}
