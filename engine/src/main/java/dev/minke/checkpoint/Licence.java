package dev.minke.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the licence that files name: a short name where there is one, or else the first line of
/// its text.
final class Licence {
  /// A front matter or a first line is within this.
  private static final int MOST_BYTES = 1 << 16;

  private static final String FENCE = "---";

  /// A model's licence goes before one for code.
  private static final List<String> FILES =
      List.of("LICENSE-MODEL", "LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE");

  private Licence() {}

  /// What a GGUF file says; null for nothing.
  static @Nullable String of(GgufMetadata metadata) {
    return joined(metadata.text("general.license", ""), metadata.text("general.license.name", ""));
  }

  /// What a directory says: the front matter of its README, or a file of its own; null for nothing.
  static @Nullable String of(Path directory) {
    String named = named(lines(directory.resolve("README.md")));
    if (named != null) {
      return named;
    }
    for (String name : FILES) {
      for (String line : lines(directory.resolve(name))) {
        if (!line.isBlank()) {
          return line.replaceFirst("^#+ ", "").strip();
        }
      }
    }
    return null;
  }

  private static @Nullable String named(List<String> lines) {
    if (lines.isEmpty() || !lines.getFirst().strip().equals(FENCE)) {
      return null;
    }
    Map<String, String> keys = new HashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      if (line.strip().equals(FENCE)) {
        break;
      }
      int colon = line.indexOf(':');
      if (colon > 0) {
        String value = line.substring(colon + 1).strip();
        keys.putIfAbsent(line.substring(0, colon), value.replaceAll("^[\"']|[\"']$", ""));
      }
    }
    return joined(keys.getOrDefault("license", ""), keys.getOrDefault("license_name", ""));
  }

  /// `other` says only that the name is elsewhere.
  private static @Nullable String joined(String id, String name) {
    if (id.isEmpty() || id.equals("other")) {
      return name.isEmpty() ? (id.isEmpty() ? null : id) : name;
    }
    return name.isEmpty() || name.equals(id) ? id : "%s (%s)".formatted(id, name);
  }

  private static List<String> lines(Path file) {
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
  }
}
