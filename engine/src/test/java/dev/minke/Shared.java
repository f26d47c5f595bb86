package dev.minke;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/// Goldens and public data that lie beside the repository, in `../shared`.
public final class Shared {
  private Shared() {}

  /// A file or folder of `../shared`. Where it is absent the test is skipped, with `CI=true` it
  /// fails.
  public static Path shared(String relative) {
    Path found = root().resolveSibling("shared").resolve(relative);
    if (!Files.exists(found) && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("CI=true, but " + found + " is absent");
    }
    assumeTrue(Files.exists(found), "not run: ../shared/" + relative + " is absent");
    return found;
  }

  /// The root of the repository.
  public static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
