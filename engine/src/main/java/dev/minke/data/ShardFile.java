package dev.minke.data;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/// Token shards as files.
///
/// Big-endian: `MINKESHD`, version, vocabulary, tokenizer identity (modified UTF-8), number of
/// documents, number of tokens; for each document its tokens and text bytes; the tokens, 16 bits
/// each where the vocabulary allows, else 32; SHA-256 of all before. Written beside the target,
/// synced, and renamed onto it.
public final class ShardFile {
  private static final long MAGIC = 0x4D494E4B45534844L;
  private static final int VERSION = 1;
  private static final int SHORT_IDS = 1 << 16;
  private static final int HASH_BYTES = 32;

  private ShardFile() {}

  /// Writes a shard; `file` appears whole or not at all.
  public static void write(TokenShard shard, Path file) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      try (FileChannel channel =
              FileChannel.open(
                  partial,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.TRUNCATE_EXISTING);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
        out.write(writeBody(shard, out));
        out.flush();
        channel.force(true);
      }
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  static String hash(TokenShard shard) {
    try {
      return HexFormat.of().formatHex(writeBody(shard, OutputStream.nullOutputStream()));
    } catch (IOException e) {
      throw new IllegalStateException("shard: hashing writes nowhere and cannot fail", e);
    }
  }

  /// Writes all but the hash, and returns the hash.
  private static byte[] writeBody(TokenShard shard, OutputStream target) throws IOException {
    MessageDigest digest = Corpus.sha256();
    DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(new DigestOutputStream(target, digest), 1 << 16));
    out.writeLong(MAGIC);
    out.writeInt(VERSION);
    out.writeInt(shard.vocab());
    out.writeUTF(shard.tokenizer());
    out.writeInt(shard.documents());
    out.writeInt(shard.tokens());
    for (int document = 0; document < shard.documents(); document++) {
      out.writeInt(shard.length(document));
      out.writeInt(shard.bytes(document));
    }
    for (int document = 0; document < shard.documents(); document++) {
      for (int i = 0; i < shard.length(document); i++) {
        if (shard.vocab() <= SHORT_IDS) {
          out.writeShort(shard.token(document, i));
        } else {
          out.writeInt(shard.token(document, i));
        }
      }
    }
    out.flush();
    return digest.digest();
  }

  /// Reads a shard and checks its hash.
  ///
  /// @throws IOException if the file is no shard of a known version, truncated or damaged
  public static TokenShard read(Path file) throws IOException {
    MessageDigest digest = Corpus.sha256();
    try (DigestInputStream hashed =
            new DigestInputStream(
                new BufferedInputStream(Files.newInputStream(file), 1 << 16), digest);
        DataInputStream in = new DataInputStream(hashed)) {
      requireHeader(in, file);
      TokenShard shard = readBody(in, file, Files.size(file));
      byte[] computed = digest.digest();
      byte[] stored = in.readNBytes(HASH_BYTES + 1);
      if (!Arrays.equals(computed, stored)) {
        throw damaged(file, "its SHA-256 is not the one it ends with");
      }
      return shard;
    } catch (EOFException e) {
      throw damaged(file, "it ends too early");
    }
  }

  private static void requireHeader(DataInputStream in, Path file) throws IOException {
    if (in.readLong() != MAGIC) {
      throw new IOException("shard %s: expected a token shard, found another file".formatted(file));
    }
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException(
          "shard %s: expected version %d, found %d; write it again with this release"
              .formatted(file, VERSION, version));
    }
  }

  private static TokenShard readBody(DataInputStream in, Path file, long fileBytes)
      throws IOException {
    int vocab = in.readInt();
    String tokenizer = in.readUTF();
    int documents = in.readInt();
    int count = in.readInt();
    if (vocab < 1 || documents < 0 || count < 0 || 8L * documents + 2L * count > fileBytes) {
      throw damaged(file, "its sizes cannot be true");
    }
    int[] starts = new int[documents + 1];
    int[] bytes = new int[documents];
    for (int document = 0; document < documents; document++) {
      int length = in.readInt();
      if (length < 0 || length > count - starts[document]) {
        throw damaged(file, "document " + document + " is longer than the file");
      }
      starts[document + 1] = starts[document] + length;
      bytes[document] = in.readInt();
    }
    if (starts[documents] != count) {
      throw damaged(file, "its documents do not add up to its tokens");
    }
    int[] tokens = new int[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = vocab <= SHORT_IDS ? in.readUnsignedShort() : in.readInt();
      if (tokens[i] < 0 || tokens[i] >= vocab) {
        throw damaged(file, "token id " + tokens[i] + " is outside its vocabulary of " + vocab);
      }
    }
    return new TokenShard(tokenizer, vocab, tokens, starts, bytes);
  }

  private static IOException damaged(Path file, String how) {
    return new IOException("shard %s: damaged, %s; write it again".formatted(file, how));
  }
}
