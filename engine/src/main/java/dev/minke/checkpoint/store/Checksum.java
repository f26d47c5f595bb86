package dev.minke.checkpoint.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// Computes the hash that a blob is named by, piece by piece: SHA-256 of its bytes, or git's hash,
/// which is the SHA-1 of `blob`, a space, the length, a zero byte and the bytes.
final class Checksum {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final int SHA256_DIGITS = 64;

  private final String expected;
  private final MessageDigest digest;

  /// @param expected 64 hexadecimal digits for SHA-256, 40 for git's
  Checksum(String expected, long length) {
    this.expected = expected;
    boolean isSha256 = expected.length() == SHA256_DIGITS;
    try {
      digest = MessageDigest.getInstance(isSha256 ? "SHA-256" : "SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA: every Java platform has it", e);
    }
    if (!isSha256) {
      digest.update(("blob " + length + "\0").getBytes(StandardCharsets.US_ASCII));
    }
  }

  static boolean isHash(String text) {
    return FORM.matcher(text).matches();
  }

  void update(ByteBuffer bytes) {
    digest.update(bytes);
  }

  /// Whether all bytes gave the expected hash; asked once.
  boolean matches() {
    return HexFormat.of().formatHex(digest.digest()).equals(expected);
  }
}
