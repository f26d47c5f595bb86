package dev.minke.data;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/// Writes a shard document by document, so that it may be larger than memory: only its table of
/// documents is held, 8 bytes each. The file appears with [#finish], whole; without it nothing is
/// left. One thread.
final class ShardWriter implements Closeable {
  private final Path file;
  private final Path partial;
  private final FileChannel channel;
  private final Body body;

  ShardWriter(Path file, String tokenizer, int vocab) throws IOException {
    this.file = file;
    this.partial = file.resolveSibling(file.getFileName() + ".partial");
    this.channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    this.body = new Body(Channels.newOutputStream(channel), tokenizer, vocab);
  }

  void add(int[] ids, int textBytes) throws IOException {
    body.add(ids, textBytes);
  }

  int documents() {
    return body.documents;
  }

  long tokens() {
    return body.tokens;
  }

  /// Completes the file.
  ///
  /// @return its hash, as it stands at its end
  String finish() throws IOException {
    byte[] hash = body.finish();
    channel.write(ByteBuffer.wrap(hash));
    channel.force(true);
    channel.close();
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return HexFormat.of().formatHex(hash);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(partial);
  }

  /// All but the hash. One thread.
  static final class Body {
    private final MessageDigest digest = Corpus.sha256();
    private final OutputStream out;
    private final int vocab;
    private int[] table = new int[128];
    private int documents;
    private long tokens;

    Body(OutputStream target, String tokenizer, int vocab) throws IOException {
      this.out = new BufferedOutputStream(new DigestOutputStream(target, digest), 1 << 16);
      this.vocab = vocab;
      byte[] name = tokenizer.getBytes(StandardCharsets.UTF_8);
      out.write(
          little(ShardFile.HEADER_BYTES + name.length)
              .putLong(ShardFile.MAGIC)
              .putInt(ShardFile.VERSION)
              .putInt(vocab)
              .putInt(name.length)
              .put(name)
              .array());
    }

    void add(int[] ids, int textBytes) throws IOException {
      TokenShard.requireIds(ids, vocab, documents);
      ByteBuffer buffer = little(ids.length * ShardFile.width(vocab));
      for (int id : ids) {
        if (ShardFile.isShort(vocab)) {
          buffer.putShort((short) id);
        } else {
          buffer.putInt(id);
        }
      }
      out.write(buffer.array());
      if (2 * documents == table.length) {
        table = Arrays.copyOf(table, 2 * table.length);
      }
      table[2 * documents] = ids.length;
      table[2 * documents + 1] = textBytes;
      documents++;
      tokens += ids.length;
    }

    byte[] finish() throws IOException {
      for (int i = 0; i < 2 * documents; i++) {
        out.write(little(Integer.BYTES).putInt(table[i]).array());
      }
      out.write(little(ShardFile.COUNTS_BYTES).putInt(documents).putLong(tokens).array());
      out.flush();
      return digest.digest();
    }

    private static ByteBuffer little(int bytes) {
      return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
