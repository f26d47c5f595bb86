package dev.minke.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A small model with random weights and a plain chat template.
public final class TinyModel {
  private TinyModel() {}

  /// Copies it. Where `../shared` is absent the test is skipped, with `CI=true` it fails.
  public static Path copy(Path target) throws IOException {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("mvnw"))) {
      directory = directory.getParent();
    }
    Path golden = directory.resolveSibling("shared").resolve("golden/deepseek-v3-tiny");
    if (!Files.exists(golden) && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("CI=true, but " + golden + " is absent");
    }
    assumeTrue(Files.exists(golden), "not run: " + golden + " is absent");
    Files.createDirectories(target);
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(golden.resolve(name), target.resolve(name));
    }
    Files.writeString(
        target.resolve("chat_template.jinja"),
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>");
    return target;
  }
}
