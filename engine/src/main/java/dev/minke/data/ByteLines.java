package dev.minke.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// The lines of a stream as bytes, their line feeds included; of a line that is too long only the
/// beginning is kept. One thread; the owner of the stream closes it.
final class ByteLines {
  private final InputStream in;
  private final int longest;
  private final byte[] chunk = new byte[1 << 16];
  private int chunkAt;
  private int chunkEnd;
  private byte[] line = new byte[256];
  private long length;
  private long number;
  private long offset;

  /// @param longest bytes that are kept of a line
  ByteLines(InputStream in, int longest) {
    this.in = in;
    this.longest = longest;
  }

  /// Goes to the next line; false at the end.
  boolean next() throws IOException {
    offset += length;
    length = 0;
    while (chunkAt < chunkEnd || fill()) {
      int end = chunkAt;
      while (end < chunkEnd && chunk[end] != '\n') {
        end++;
      }
      boolean ended = end < chunkEnd;
      keep(ended ? end + 1 : end);
      if (ended) {
        break;
      }
    }
    if (length > 0) {
      number++;
    }
    return length > 0;
  }

  private boolean fill() throws IOException {
    chunkAt = 0;
    chunkEnd = Math.max(0, in.read(chunk));
    return chunkEnd > 0;
  }

  private void keep(int end) {
    int count = end - chunkAt;
    int kept = (int) Math.min(count, Math.max(0, longest - length));
    if (kept > 0) {
      int needed = (int) length + kept;
      if (needed > line.length) {
        line = Arrays.copyOf(line, Math.max(needed, (int) Math.min(longest, 2L * line.length)));
      }
      System.arraycopy(chunk, chunkAt, line, (int) length, kept);
    }
    length += count;
    chunkAt = end;
  }

  /// The bytes of the line, as many as are kept; valid until the next one.
  byte[] bytes() {
    return line;
  }

  /// Bytes of the line, kept or not.
  long length() {
    return length;
  }

  /// Number of the line, from 1.
  long number() {
    return number;
  }

  /// Where in the stream it begins.
  long offset() {
    return offset;
  }

  /// Whether it is all there and only ASCII space.
  boolean isBlank() {
    if (length > longest) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (line[i] != ' ' && (line[i] < '\t' || line[i] > '\r')) {
        return false;
      }
    }
    return true;
  }
}
