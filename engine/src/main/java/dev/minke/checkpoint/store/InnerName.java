package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;

/// Names of files below a directory, as a list, a manifest or an index gives them.
final class InnerName {
  private static final int LONGEST = 1024;

  private InnerName() {}

  /// The file of a name.
  ///
  /// @param source where the name is from, for the message
  /// @throws CheckpointException if the name is absolute, climbs with `..`, or is none
  static Path resolve(Path directory, String name, String source) {
    require(name, source);
    try {
      Path file = directory.resolve(name).normalize();
      if (file.startsWith(directory.normalize()) && !file.equals(directory.normalize())) {
        return file;
      }
    } catch (InvalidPathException _) {
      // This system cannot have such a name.
    }
    throw refused(name, source);
  }

  /// @throws CheckpointException if the name could lead out of its directory
  static void require(String name, String source) {
    if (!isInner(name)) {
      throw refused(name, source);
    }
  }

  /// Whether a name can only lead below its directory.
  static boolean isInner(String name) {
    return name.length() <= LONGEST
        && name.indexOf('\\') < 0
        && name.chars().noneMatch(Character::isISOControl)
        && Arrays.stream(name.split("/", -1))
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }

  private static CheckpointException refused(String name, String source) {
    return new CheckpointException(
        "%s: expected names of files below it, found '%s'; nothing of it is used"
            .formatted(source, shown(name)));
  }

  /// A name from outside, fit for a terminal.
  static String shown(String name) {
    String text = name.length() > 100 ? name.substring(0, 100) + "…" : name;
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
