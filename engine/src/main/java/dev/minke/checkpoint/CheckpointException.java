package dev.minke.checkpoint;

import dev.minke.input.OneLine;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A file that cannot be read or written as what it should be. The message is one line: subject,
/// expected, found, remedy.
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CheckpointException(String message) {
    super(OneLine.of(message));
  }

  public CheckpointException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }

  /// What the system said about a file, as one line.
  ///
  /// @param doing what was tried, as a verb: `write`
  public static CheckpointException of(String doing, Path file, IOException cause) {
    String reason =
        switch (cause) {
          case NoSuchFileException _ -> "no such file";
          case AccessDeniedException _ -> "permission denied";
          case FileSystemException fault when fault.getReason() != null -> fault.getReason();
          default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
        };
    return new CheckpointException("cannot " + doing + " " + file + ": " + reason, cause);
  }
}
