package dev.minke.inference;

import dev.minke.inference.disk.UnitFolder;
import java.nio.file.Path;

/// Where a cache goes on, on disk.
///
/// @param folder of its own; made if it is not there. Any engines may share one, also of several
///   processes and models
/// @param bytes most of all files in it together
public record DiskCache(Path folder, long bytes) {
  /// Makes the folder if it is not there, before anything else is done.
  ///
  /// @throws dev.minke.checkpoint.CheckpointException if nothing can be written there
  public void requireWritable() {
    UnitFolder.requireWritable(folder);
  }
}
