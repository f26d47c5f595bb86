package dev.minke.checkpoint.store;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A model on this machine, or what is left of one.
///
/// @param name finds it again, unless it has a fault
/// @param kind of its weights
/// @param files those on the disk that it needs, without links, and their bytes
/// @param modified when the newest of them was written
/// @param place its directory or file
/// @param fault why it cannot be used, with the remedy; null if it can
public record StoredModel(
    String name,
    Kind kind,
    Map<Path, Long> files,
    Instant modified,
    Path place,
    @Nullable String fault) {
  public StoredModel {
    files = Map.copyOf(files);
  }

  /// What a model's weights are stored in.
  public enum Kind {
    SAFETENSORS("safetensors"),
    GGUF("GGUF"),
    NONE("none");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /// On the disk; a file that several names share counts once.
  public long bytes() {
    return files.values().stream().mapToLong(Long::longValue).sum();
  }
}
