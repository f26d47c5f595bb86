package dev.minke.data;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/// Token shards as files.
///
/// Little-endian: `MINKESHD`, version, vocabulary, length of the tokenizer's identity, the identity
/// (UTF-8); the tokens, 16 bits each where the vocabulary allows, else 32; for each document its
/// tokens and text bytes; number of documents (32 bits) and of tokens (64); SHA-256 of all before.
/// The tokens come first, so a shard is written as it is made; it is read where it lies.
public final class ShardFile {
  static final long MAGIC = 0x444853454B4E494DL;
  static final int VERSION = 2;
  static final int HEADER_BYTES = Long.BYTES + 3 * Integer.BYTES;
  static final int COUNTS_BYTES = Integer.BYTES + Long.BYTES;
  private static final int SHORT_IDS = 1 << 16;
  private static final int ENTRY_BYTES = 2 * Integer.BYTES;
  private static final int HASH_BYTES = 32;
  private static final int HASHED_AT_ONCE = 1 << 26;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ShardFile() {}

  /// Whether ids fit in 16 bits.
  static boolean isShort(int vocab) {
    return vocab <= SHORT_IDS;
  }

  /// Bytes of an id.
  static int width(int vocab) {
    return isShort(vocab) ? Short.BYTES : Integer.BYTES;
  }

  /// Writes a shard; `file` appears whole or not at all.
  public static void write(TokenShard shard, Path file) throws IOException {
    try (ShardWriter writer = new ShardWriter(file, shard.tokenizer(), shard.vocab())) {
      for (int document = 0; document < shard.documents(); document++) {
        writer.add(ids(shard, document), shard.bytes(document));
      }
      writer.finish();
    }
  }

  /// The hash that the shard's file has.
  static String hash(TokenShard shard) {
    try {
      ShardWriter.Body body =
          new ShardWriter.Body(OutputStream.nullOutputStream(), shard.tokenizer(), shard.vocab());
      for (int document = 0; document < shard.documents(); document++) {
        body.add(ids(shard, document), shard.bytes(document));
      }
      return HexFormat.of().formatHex(body.finish());
    } catch (IOException e) {
      throw new IllegalStateException("shard: hashing writes nowhere and cannot fail", e);
    }
  }

  private static int[] ids(TokenShard shard, int document) {
    int[] ids = new int[shard.length(document)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = shard.token(document, i);
    }
    return ids;
  }

  /// Opens a shard, after every byte of it has been checked. Its tokens stay in the file, which
  /// must not change as long as the shard is in use.
  ///
  /// @throws IOException if the file is no shard of a known version, truncated or damaged, or holds
  ///   an id outside its vocabulary
  public static TokenShard read(Path file) throws IOException {
    MemorySegment all;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    }
    if (all.byteSize() < HEADER_BYTES + COUNTS_BYTES + HASH_BYTES) {
      throw damaged(file, "it ends too early");
    }
    if (all.get(LONG, 0) != MAGIC) {
      throw new IOException("shard %s: expected a token shard, found another file".formatted(file));
    }
    int version = all.get(MappedShard.INT, Long.BYTES);
    if (version != VERSION) {
      throw new IOException(
          "shard %s: expected version %d, found %d; write it again with this release"
              .formatted(file, VERSION, version));
    }
    return checked(all, file);
  }

  private static TokenShard checked(MemorySegment all, Path file) throws IOException {
    long end = all.byteSize() - HASH_BYTES;
    String hash = hash(all.asSlice(0, end));
    String stored = HexFormat.of().formatHex(all.asSlice(end).toArray(ValueLayout.JAVA_BYTE));
    if (!hash.equals(stored)) {
      throw damaged(file, "its SHA-256 is not the one it ends with");
    }
    int vocab = all.get(MappedShard.INT, Long.BYTES + Integer.BYTES);
    int name = all.get(MappedShard.INT, Long.BYTES + 2 * Integer.BYTES);
    int documents = all.get(MappedShard.INT, end - COUNTS_BYTES);
    long count = all.get(LONG, end - COUNTS_BYTES + Integer.BYTES);
    long table = end - COUNTS_BYTES - (long) ENTRY_BYTES * documents;
    long first = HEADER_BYTES + (long) name;
    if (vocab < 1 || name < 0 || documents < 0 || first + width(vocab) * count != table) {
      throw damaged(file, "its sizes cannot be true");
    }
    long[] starts = new long[documents + 1];
    int[] bytes = new int[documents];
    for (int document = 0; document < documents; document++) {
      int length = all.get(MappedShard.INT, table + (long) ENTRY_BYTES * document);
      starts[document + 1] = starts[document] + length;
      bytes[document] =
          all.get(MappedShard.INT, table + (long) ENTRY_BYTES * document + Integer.BYTES);
      if (length < 0) {
        throw damaged(file, "document " + document + " has a length below 0");
      }
    }
    if (starts[documents] != count) {
      throw damaged(file, "its documents do not add up to its tokens");
    }
    String tokenizer =
        new String(
            all.asSlice(HEADER_BYTES, name).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    MappedShard shard =
        new MappedShard(
            tokenizer, vocab, all.asSlice(first, width(vocab) * count), starts, bytes, hash);
    requireIds(shard, file);
    return shard;
  }

  private static String hash(MemorySegment bytes) {
    MessageDigest digest = Corpus.sha256();
    for (long at = 0; at < bytes.byteSize(); at += HASHED_AT_ONCE) {
      digest.update(
          bytes.asSlice(at, Math.min(HASHED_AT_ONCE, bytes.byteSize() - at)).asByteBuffer());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void requireIds(TokenShard shard, Path file) throws IOException {
    for (int document = 0; document < shard.documents(); document++) {
      for (int i = 0; i < shard.length(document); i++) {
        int id = shard.token(document, i);
        if (id < 0 || id >= shard.vocab()) {
          throw damaged(
              file,
              "token %d of document %d has the id %d, outside its vocabulary of %d"
                  .formatted(i, document, id, shard.vocab()));
        }
      }
    }
  }

  private static IOException damaged(Path file, String how) {
    return new IOException("shard %s: damaged, %s; write it again".formatted(file, how));
  }
}
