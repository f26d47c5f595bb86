package dev.minke.cli.measure;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// A file with a text, or with the ids of one; compressed if its name ends in `.gz`.
///
/// @param file that holds it
public record MeasuredText(Path file) {
  private static final Pattern BETWEEN = Pattern.compile("[\\s,]+");

  /// The whole text.
  ///
  /// @throws IllegalArgumentException if it is no UTF-8
  public String text() throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes())).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          file + ": expected text in UTF-8, found other bytes; convert it", e);
    }
  }

  /// Ids as numbers with space or commas between them.
  ///
  /// @param vocab ids are below
  /// @throws IllegalArgumentException if it holds anything else
  public int[] ids(int vocab) throws IOException {
    return Arrays.stream(BETWEEN.split(text().strip())).mapToInt(word -> id(word, vocab)).toArray();
  }

  private int id(String word, int vocab) {
    try {
      int id = Integer.parseInt(word);
      if (id >= 0 && id < vocab) {
        return id;
      }
    } catch (NumberFormatException _) {
      // Said below, with the numbers that no token has.
    }
    throw new IllegalArgumentException(
        "%s: expected ids from 0 to %d with space or commas between them, found '%s'"
            .formatted(file, vocab - 1, word));
  }

  private byte[] bytes() throws IOException {
    boolean compressed = file.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = compressed ? new GZIPInputStream(raw, 1 << 16) : raw) {
      return in.readAllBytes();
    } catch (EOFException | ZipException e) {
      throw new IOException(
          "%s: expected a whole gzip file, found a damaged one (%s); fetch it again"
              .formatted(file, e.getMessage()),
          e);
    }
  }
}
