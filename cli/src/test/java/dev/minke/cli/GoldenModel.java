package dev.minke.cli;

import java.io.IOException;
import java.nio.file.Path;

/// The small model of [Golden] for the packages below.
public final class GoldenModel {
  private GoldenModel() {}

  /// A copy of its own files.
  public static Path copy(Path target) throws IOException {
    return Golden.copy(target);
  }
}
