package dev.minke.checkpoint.store;

import java.nio.file.Path;
import java.util.List;

/// Where models are kept on this machine. A directory need not be there.
///
/// @param hub the Hugging Face cache, which holds `models--org--name`
/// @param ollama Ollama stores, each with `manifests` and `blobs`; the first one with a name wins
public record StoreRoots(Path hub, List<Path> ollama) {
  public StoreRoots {
    ollama = List.copyOf(ollama);
  }
}
