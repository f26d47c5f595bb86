package dev.minke.cli.chat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// Where the lines of a user are kept from dialogue to dialogue, for nobody else to read.
///
/// @param file null where it cannot be written
public record ChatHistory(@Nullable Path file) {
  /// In the user's folder for state, `XDG_STATE_HOME`.
  public static ChatHistory ofThisProcess() {
    String state = System.getenv("XDG_STATE_HOME");
    Path folder =
        state == null || state.isBlank()
            ? Path.of(System.getProperty("user.home", ""), ".local", "state")
            : Path.of(state);
    return in(folder.resolve("minke"));
  }

  static ChatHistory in(Path folder) {
    Path file = folder.resolve("chat-history");
    try {
      Files.createDirectories(folder);
      if (!Files.exists(file)) {
        Files.createFile(file);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
      }
      return new ChatHistory(Files.isWritable(file) ? file : null);
    } catch (IOException _) {
      // A dialogue without a memory is better than none.
      return new ChatHistory(null);
    }
  }
}
