package dev.minke.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/// Documents of a text file: what lies between blank lines, without space around it and with a line
/// feed behind it. Line ends are those of Unix and Windows; a byte order mark is no text.
public final class PlainText implements DocumentReader {
  @Override
  public void read(Path file, Sink sink) throws IOException {
    try (InputStream in = SourceFiles.open(file)) {
      ByteLines lines = new ByteLines(in, DocumentCheck.LONGEST + 1);
      Piece piece = new Piece(new DocumentCheck(file.toString(), sink));
      while (lines.next()) {
        if (lines.isBlank()) {
          piece.end();
        } else {
          piece.add(lines);
        }
      }
      piece.end();
    } catch (IOException e) {
      throw SourceFiles.unreadable(file, e);
    }
  }

  /// The document that is being read.
  private static final class Piece {
    private final DocumentCheck check;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long length;
    private long line;
    private long offset;

    Piece(DocumentCheck check) {
      this.check = check;
    }

    void add(ByteLines lines) {
      if (length == 0) {
        line = lines.number();
        offset = lines.offset();
      }
      length += lines.length();
      if (length <= DocumentCheck.LONGEST) {
        bytes.write(lines.bytes(), 0, (int) lines.length());
      }
    }

    void end() throws IOException {
      String place = "line " + line;
      if (length > DocumentCheck.LONGEST) {
        check.tooLong(place, length);
      } else if (length > 0) {
        String text = check.decode(place, bytes.toByteArray(), (int) length, offset);
        if (text != null) {
          String unmarked = offset == 0 && text.startsWith("\uFEFF") ? text.substring(1) : text;
          check.text(place, unmarked.strip() + "\n");
        }
      }
      bytes.reset();
      length = 0;
    }
  }
}
