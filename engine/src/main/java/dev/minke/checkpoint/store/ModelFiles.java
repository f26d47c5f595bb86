package dev.minke.checkpoint.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The files of a model, as its loader gets them.
public sealed interface ModelFiles {
  /// A directory with `config.json`, and in it or beside it what Hugging Face keeps there.
  record HuggingFaceDirectory(Path directory) implements ModelFiles {}

  /// A GGUF file, or the first part of a split one, whose other parts lie beside it.
  ///
  /// @param first the file; one of an Ollama store has no extension
  /// @param template chat template in Ollama's language, which an Ollama store keeps apart
  /// @param parameters sampling parameters as JSON, which an Ollama store keeps apart
  record GgufFile(Path first, @Nullable Path template, @Nullable Path parameters)
      implements ModelFiles {
    static GgufFile of(Path first) {
      return new GgufFile(first, null, null);
    }
  }
}
