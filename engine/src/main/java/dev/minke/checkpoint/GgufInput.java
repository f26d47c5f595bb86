package dev.minke.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Reads the header of a GGUF file from front to back. Nothing is allocated before its length was
/// checked against the bytes that are left, and against a bound on what a header may take in all.
///
/// Mutable; owned by whoever reads one header.
final class GgufInput {
  private static final int BUFFER_BYTES = 1 << 18;

  /// A vocabulary of half a million tokens with its merges takes about a fifth of this.
  private static final long MAX_HEADER_MEMORY = 256L << 20;

  /// What a short string costs beside its bytes.
  static final int OBJECT_BYTES = 48;

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long behindBuffer;
  private long memoryLeft = MAX_HEADER_MEMORY;
  private String field = "header";

  GgufInput(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    size = channel.size();
  }

  Path file() {
    return file;
  }

  /// Bytes of the file.
  long size() {
    return size;
  }

  /// Says what is read next, for whoever reads an error.
  void field(String name) {
    field = name;
  }

  long position() {
    return behindBuffer - buffer.remaining();
  }

  long left() {
    return size - position();
  }

  CheckpointException refused(String expected, String found) {
    return new CheckpointException(
        "%s: %s: expected %s, found %s".formatted(file, field, expected, found));
  }

  void require(boolean holds, String expected, Object found) {
    if (!holds) {
      throw refused(expected, found.toString());
    }
  }

  byte int8() throws IOException {
    need(Byte.BYTES);
    return buffer.get();
  }

  short int16() throws IOException {
    need(Short.BYTES);
    return buffer.getShort();
  }

  int int32() throws IOException {
    need(Integer.BYTES);
    return buffer.getInt();
  }

  long int64() throws IOException {
    need(Long.BYTES);
    return buffer.getLong();
  }

  /// A number of things that take at least some bytes each.
  long count(String things, int leastBytes) throws IOException {
    long count = int64();
    long most = left() / leastBytes;
    if (count < 0 || count > most) {
      throw refused(
          "at most %d %s in the %d bytes that are left".formatted(most, things, left()),
          Long.toUnsignedString(count));
    }
    return count;
  }

  String text() throws IOException {
    int length = charged(count("bytes of text", 1));
    byte[] bytes = new byte[length];
    fill(ByteBuffer.wrap(bytes));
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0 && !isUtf8(bytes)) {
      throw refused("text in UTF-8", "other bytes: " + text.replaceAll("\\p{Cntrl}", "?"));
    }
    return text;
  }

  /// So many bytes.
  ByteBuffer bytes(long count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(charged(count));
    fill(bytes);
    return bytes.flip();
  }

  /// Takes the memory of one more object from what a header may have.
  int charged(long bytes) {
    memoryLeft -= OBJECT_BYTES + bytes;
    if (memoryLeft < 0) {
      throw refused(
          "a header of at most %d MiB".formatted(MAX_HEADER_MEMORY >> 20), "a larger one");
    }
    return (int) bytes;
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private void need(int bytes) throws IOException {
    if (buffer.remaining() >= bytes) {
      return;
    }
    if (left() < bytes) {
      throw truncated(bytes);
    }
    buffer.compact();
    while (buffer.position() < bytes) {
      int read = channel.read(buffer, behindBuffer);
      if (read < 0) {
        throw truncated(bytes);
      }
      behindBuffer += read;
    }
    buffer.flip();
  }

  private void fill(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      need(1);
      int length = Math.min(target.remaining(), buffer.remaining());
      target.put(buffer.slice(buffer.position(), length));
      buffer.position(buffer.position() + length);
    }
  }

  private CheckpointException truncated(int bytes) {
    return refused(
        bytes + " more bytes", left() + "; the file is truncated or no GGUF file, fetch it again");
  }
}
