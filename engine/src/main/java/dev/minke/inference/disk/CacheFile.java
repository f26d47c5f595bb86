package dev.minke.inference.disk;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/// A file with tokens and the rows that a cache holds of the first of them.
///
/// | bytes | |
/// |---|---|
/// | 0 | `minke kv` |
/// | 8 | version of the format |
/// | 12 | tokens |
/// | 16 | how many of them have rows |
/// | 20 | CRC-32C of all other bytes |
/// | 24 | bytes of the rows |
/// | 32 | key: what the rows belong to |
/// | 64 | the tokens, four bytes each |
/// | behind them | the rows, page after page, of a page layer after layer, as they lie in memory |
///
/// Numbers are little-endian. What is no such file, or was damaged, is refused by name.
///
/// @param key of [#KEY_BYTES] bytes
/// @param tokens of the sequence
/// @param positions how many of them have rows
/// @param bytes of the rows
/// @param checksum of all of the file, this field apart
public record CacheFile(byte[] key, int[] tokens, int positions, long bytes, int checksum) {
  /// Of a key.
  public static final int KEY_BYTES = 32;

  private static final long MAGIC = 0x766b20656b6e696dL;
  private static final int VERSION = 1;
  private static final int HEADER = 64;
  private static final int CHECKSUM_AT = 20;

  /// No context is as long.
  private static final int MOST_TOKENS = 1 << 28;

  /// Bytes of a file.
  ///
  /// @param bytes of the rows
  public static long size(int tokens, long bytes) {
    return HEADER + (long) Integer.BYTES * tokens + bytes;
  }

  /// Writes a file from its beginning.
  ///
  /// @param positions how many of the tokens have rows
  /// @param rows of these; their positions and limits stay
  public static void write(
      FileChannel channel, byte[] key, int[] tokens, int positions, List<ByteBuffer> rows)
      throws IOException {
    long bytes = rows.stream().mapToLong(ByteBuffer::remaining).sum();
    ByteBuffer head = head(new CacheFile(key, tokens, positions, bytes, 0));
    CRC32C crc = crc(head);
    rows.forEach(row -> crc.update(row.duplicate()));
    head.putInt(CHECKSUM_AT, (int) crc.getValue());
    while (head.hasRemaining()) {
      channel.write(head);
    }
    for (ByteBuffer row : rows) {
      ByteBuffer part = row.duplicate();
      while (part.hasRemaining()) {
        channel.write(part);
      }
    }
  }

  /// Header and tokens.
  private static ByteBuffer head(CacheFile file) {
    ByteBuffer head =
        ByteBuffer.allocate(HEADER + Integer.BYTES * file.tokens.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(MAGIC).putInt(VERSION).putInt(file.tokens.length).putInt(file.positions);
    head.putInt(file.checksum).putLong(file.bytes).put(file.key);
    head.asIntBuffer().put(file.tokens);
    return head.rewind();
  }

  /// Of all but the field of the checksum itself.
  private static CRC32C crc(ByteBuffer head) {
    CRC32C crc = new CRC32C();
    crc.update(head.slice(0, CHECKSUM_AT));
    int behind = CHECKSUM_AT + Integer.BYTES;
    crc.update(head.slice(behind, head.limit() - behind));
    return crc;
  }

  /// Reads header and tokens; the rows are next in the channel.
  ///
  /// @param path for messages
  /// @throws CheckpointException if it is no such file, of another version, or of another length
  ///   than it says
  public static CacheFile read(FileChannel channel, Path path) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    fill(channel, header, path);
    if (header.getLong(0) != MAGIC) {
      throw new CheckpointException(path + ": expected tokens and their cache, found another file");
    }
    if (header.getInt(8) != VERSION) {
      throw new CheckpointException(
          "%s: expected version %d of the format, found %d; it was written by another release"
              .formatted(path, VERSION, header.getInt(8)));
    }
    int count = header.getInt(12);
    int positions = header.getInt(16);
    long bytes = header.getLong(24);
    long size = channel.size();
    boolean isSound = 0 <= positions && positions <= count && count <= MOST_TOKENS && bytes >= 0;
    if (!isSound || size(count, bytes) != size) {
      throw new CheckpointException(
          "%s: expected %d tokens, %d of them with rows of %d bytes together, found a file of %d bytes; it is damaged"
              .formatted(path, count, positions, bytes, size));
    }
    byte[] key = new byte[KEY_BYTES];
    header.get(32, key);
    ByteBuffer ids = ByteBuffer.allocate(Integer.BYTES * count).order(ByteOrder.LITTLE_ENDIAN);
    fill(channel, ids, path);
    int[] tokens = new int[count];
    ids.asIntBuffer().get(tokens);
    return new CacheFile(key, tokens, positions, bytes, header.getInt(CHECKSUM_AT));
  }

  /// Reads the rows and checks all of the file.
  ///
  /// @param rows to be filled; their positions and limits stay. What they hold afterwards is of use
  ///   only if nothing is thrown
  /// @throws CheckpointException if it has not as many bytes of rows, or is damaged
  public void readRows(FileChannel channel, Path path, List<ByteBuffer> rows) throws IOException {
    long room = rows.stream().mapToLong(ByteBuffer::remaining).sum();
    if (room != bytes) {
      throw new CheckpointException(
          "%s: expected rows of %d bytes, found %d; it belongs to another model or precision"
              .formatted(path, room, bytes));
    }
    CRC32C crc = crc(head(this));
    for (ByteBuffer row : rows) {
      fill(channel, row.duplicate(), path);
      crc.update(row.duplicate());
    }
    if ((int) crc.getValue() != checksum) {
      throw new CheckpointException(path + ": its checksum is wrong; it is damaged");
    }
  }

  private static void fill(FileChannel channel, ByteBuffer into, Path path) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new CheckpointException(path + ": it ends early; it is damaged");
      }
    }
    into.rewind();
  }
}
