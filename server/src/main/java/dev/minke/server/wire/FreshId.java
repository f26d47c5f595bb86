package dev.minke.server.wire;

import java.util.UUID;

/// Names of answers.
public final class FreshId {
  private FreshId() {}

  /// One that nobody had before.
  ///
  /// @param prefix that tells what it names
  public static String of(String prefix) {
    return prefix + UUID.randomUUID().toString().replace("-", "");
  }
}
