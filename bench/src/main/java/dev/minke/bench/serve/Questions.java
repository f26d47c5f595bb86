package dev.minke.bench.serve;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/// Prompts out of a book: about 200 tokens, no two alike, behind a start of about 1,100 tokens that
/// all share, or behind none.
final class Questions {
  private static final String BOOK = "books-en/war-and-peace.txt.gz";
  private static final int CHARACTERS = 820;
  private static final int PREFIX_CHARACTERS = 4_300;
  private static final int PREFIX_START = 50_000;
  private static final int START = 60_000;

  /// A prime, so that pieces overlap late.
  private static final int STRIDE = 7_919;

  private final String text;

  private Questions(String text) {
    this.text = text;
  }

  /// @param data a folder laid out like `../shared/data`
  /// @throws IllegalStateException if the book is missing
  static Questions read(Path data) throws IOException {
    Path book = data.resolve(BOOK);
    if (!Files.isRegularFile(book)) {
      throw new IllegalStateException(
          "bench: expected the book %s, found none; name its folder in MINKE_DATA".formatted(book));
    }
    try (InputStream in = new GZIPInputStream(Files.newInputStream(book))) {
      return new Questions(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /// The question of a number.
  ///
  /// @param shared whether it begins as all such questions do
  String at(int number, boolean shared) {
    int from = (int) ((START + (long) number * STRIDE) % (text.length() - CHARACTERS));
    String own = "Piece " + number + ": " + text.substring(from, from + CHARACTERS);
    return shared
        ? text.substring(PREFIX_START, PREFIX_START + PREFIX_CHARACTERS) + "\n" + own
        : own;
  }
}
