package dev.minke.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The models of `../shared` that commands are run on. Where it is absent tests are skipped, with
/// `CI=true` they fail.
final class Golden {
  private Golden() {}

  /// The root of the repository.
  static Path repository() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory;
  }

  static Path model() {
    return shared("golden/deepseek-v3-tiny");
  }

  /// A file or folder of `../shared/golden`.
  static Path golden(String name) {
    return shared("golden/" + name);
  }

  /// A file or folder of `../shared`.
  static Path shared(String relative) {
    Path found = repository().resolveSibling("shared").resolve(relative);
    if (!Files.exists(found) && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("CI=true, but " + found + " is absent");
    }
    assumeTrue(Files.exists(found), "not run: ../shared/" + relative + " is absent");
    return found;
  }

  /// A copy of the model's own files, to be damaged.
  static Path copy(Path target) throws IOException {
    Files.createDirectories(target);
    try (Stream<Path> files = Files.list(model())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return target;
  }
}
