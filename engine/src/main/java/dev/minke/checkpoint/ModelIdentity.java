package dev.minke.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// What tells a model from all others, without reading all of it.
///
/// A hash of each file's name, size and time of last change, its beginning (where headers are), and
/// [#SAMPLES] pieces spread over it. Training changes every weight a little, so a model that was
/// tuned further differs in the pieces; whoever changes single weights changes the time.
final class ModelIdentity {
  private static final int SAMPLES = 64;
  private static final int PIECE = 4096;

  private ModelIdentity() {}

  /// @param files of the model, in an order that is always the same
  static String of(List<Path> files) {
    MessageDigest digest = sha256();
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        long size = channel.size();
        String facts =
            "%s %d %d%n"
                .formatted(file.getFileName(), size, Files.getLastModifiedTime(file).toMillis());
        digest.update(facts.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < SAMPLES; i++) {
          ByteBuffer piece = ByteBuffer.allocate(PIECE);
          int _ = channel.read(piece, Math.max(0, size - PIECE) / (SAMPLES - 1) * i);
          digest.update(piece.flip());
        }
      } catch (IOException e) {
        throw CheckpointException.of("read", file, e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
