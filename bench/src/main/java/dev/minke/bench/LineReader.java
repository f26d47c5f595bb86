package dev.minke.bench;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/// The lines of a text, each with its line feed: the documents that Hugging Face's trainer reads
/// from a file.
final class LineReader implements Iterator<String> {
  private final Reader reader;
  private char[] buffer = new char[1 << 16];
  private int from;
  private int to;
  private boolean atEnd;

  LineReader(Reader reader) {
    this.reader = reader;
  }

  @Override
  public boolean hasNext() {
    return from < to || fill();
  }

  @Override
  public String next() {
    int at = from;
    while (true) {
      if (at == to) {
        int scanned = at - from;
        if (!fill()) {
          break;
        }
        at = from + scanned;
      }
      if (buffer[at++] == '\n') {
        break;
      }
    }
    if (at == from) {
      throw new NoSuchElementException();
    }
    String line = new String(buffer, from, at - from);
    from = at;
    return line;
  }

  /// Reads on, behind what is left.
  ///
  /// @return whether there was more
  private boolean fill() {
    if (atEnd) {
      return false;
    }
    char[] target = to - from > buffer.length / 2 ? new char[2 * buffer.length] : buffer;
    System.arraycopy(buffer, from, target, 0, to - from);
    buffer = target;
    to -= from;
    from = 0;
    try {
      int read = reader.read(buffer, to, buffer.length - to);
      atEnd = read < 0;
      to += Math.max(read, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return !atEnd;
  }
}
