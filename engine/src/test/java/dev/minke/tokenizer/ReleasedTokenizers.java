package dev.minke.tokenizer;

import static dev.minke.Shared.shared;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPInputStream;

/// The tokenizers that lie in `../shared`.
public final class ReleasedTokenizers {
  private ReleasedTokenizers() {}

  /// @param name `gpt2`, `deepseek-v3` or `qwen3`
  /// @param directory where its files are unpacked
  public static Tokenizer read(String name, Path directory) throws IOException {
    Path home = Files.createDirectories(directory.resolve(name));
    String source = "data/tokenizer-" + name + "/";
    if (name.equals("gpt2")) {
      return Tokenizer.readGpt2(
          unpack(shared(source + "vocab.json.gz"), home),
          unpack(shared(source + "merges.txt.gz"), home));
    }
    Path config = shared(source + "tokenizer_config.json");
    Files.copy(config, home.resolve("tokenizer_config.json"), StandardCopyOption.REPLACE_EXISTING);
    return Tokenizer.read(unpack(shared(source + "tokenizer.json.gz"), home));
  }

  private static Path unpack(Path gzipped, Path home) throws IOException {
    Path target = home.resolve(gzipped.getFileName().toString().replace(".gz", ""));
    try (InputStream in = new GZIPInputStream(Files.newInputStream(gzipped))) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
    return target;
  }
}
