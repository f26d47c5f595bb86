package dev.minke.checkpoint.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// How a file of a snapshot stands for its blob, best first.
enum Linking {
  /// Relative, so that the cache can be moved.
  SYMBOLIC {
    @Override
    void make(Path file, Path blob) throws IOException {
      Path folder = file.toAbsolutePath().resolveSibling("");
      Files.createSymbolicLink(file, folder.relativize(blob.toAbsolutePath()));
    }
  },

  /// Windows lets everybody make these.
  HARD {
    @Override
    void make(Path file, Path blob) throws IOException {
      Files.createLink(file, blob.toRealPath());
    }
  },

  COPY {
    @Override
    void make(Path file, Path blob) throws IOException {
      Files.copy(blob, file);
    }
  };

  abstract void make(Path file, Path blob) throws IOException;

  /// Puts a file into a snapshot, in the best way that this system can; an older one is replaced at
  /// once.
  static void place(Path file, Path blob) throws IOException {
    if (Files.exists(file) && Files.isSameFile(file, blob)) {
      return;
    }
    for (Linking way : values()) {
      try {
        way.place(file, blob, file.resolveSibling("." + file.getFileName() + ".tmp"));
        return;
      } catch (IOException | UnsupportedOperationException e) {
        if (way == COPY) {
          throw e;
        }
      }
    }
  }

  void place(Path file, Path blob, Path temporary) throws IOException {
    if (Files.exists(temporary, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(temporary);
    }
    make(temporary, blob);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
