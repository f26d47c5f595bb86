package dev.minke.inference.disk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// What the rows of a unit depend on, as one number: whose they are, and all tokens up to the
/// unit's end. A chain of SHA-256, so a key costs no more than its own unit.
public final class UnitKey {
  private final byte[] hash;

  private UnitKey(byte[] hash) {
    this.hash = hash;
  }

  /// The key of no tokens yet.
  ///
  /// @param whose model, precision, layout, user: all that tells rows apart beside their tokens.
  ///   Each part counts by itself: `ab, c` is not `a, bc`
  public static UnitKey root(List<String> whose) {
    MessageDigest digest = sha256();
    for (String part : whose) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
      digest.update(bytes);
    }
    return new UnitKey(digest.digest());
  }

  /// The key of the unit behind this one.
  ///
  /// @param tokens the unit's are `[from, to)`
  public UnitKey next(int[] tokens, int from, int to) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(tokens, from, to - from);
    MessageDigest digest = sha256();
    digest.update(hash);
    digest.update(bytes);
    return new UnitKey(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// [CacheFile#KEY_BYTES] bytes.
  public byte[] bytes() {
    return hash.clone();
  }

  /// In letters of a file name.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(hash);
  }
}
