package dev.minke.cli.console;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.ledger.Ledger;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;

/// The ledger of a run: the first file that a run writes, so a directory that cannot be written is
/// found before any work.
public final class RunLedger {
  private RunLedger() {}

  /// Opens it; the directory is made if absent.
  ///
  /// @throws CheckpointException if the directory cannot be written
  public static Ledger open(Path directory) {
    try {
      return Ledger.open(directory, InstantSource.system());
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: expected a directory that can be written, found %s; choose another with --out"
              .formatted(directory, reason(e)),
          e);
    }
  }

  /// What the system said, without the name of a Java class.
  public static String reason(IOException fault) {
    return switch (fault) {
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException known when known.getReason() != null ->
          known.getReason().toLowerCase(Locale.ROOT);
      default -> String.valueOf(fault.getMessage());
    };
  }
}
