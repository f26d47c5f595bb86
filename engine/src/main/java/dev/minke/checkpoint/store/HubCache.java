package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The Hugging Face cache on this machine, in the layout that `huggingface_hub` documents.
///
/// ```
/// ROOT/models--org--name/blobs/HASH              the bytes; HASH.incomplete while they come
///                        refs/main               the commit that a branch or tag was at
///                        snapshots/COMMIT/FILE   a link to its blob
/// ROOT/.locks/models--org--name/HASH.lock        held by who fetches a blob
/// ```
///
/// A blob is named by what the hub calls its ETag: the SHA-256 of a large file, the hash of git of
/// a small one.
final class HubCache {
  private static final String MODELS = "models--";

  private final Path root;

  HubCache(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  HubRepository repository(String id) {
    return new HubRepository(root, id, MODELS + id.replace("/", "--"));
  }

  /// A model, or empty if nothing of its repository is here.
  ///
  /// @throws CheckpointException if what is here of it cannot be used
  Optional<ModelFiles> find(HubName name) throws IOException {
    HubRepository repository = repository(name.id());
    return repository.isThere() ? Optional.of(repository.choose(name)) : Optional.empty();
  }

  /// All models; what cannot be used is among them, with its fault.
  List<StoredModel> list() throws IOException {
    List<StoredModel> models = new ArrayList<>();
    if (!Files.isDirectory(root)) {
      return models;
    }
    List<Path> folders;
    try (Stream<Path> entries = Files.list(root)) {
      folders =
          entries
              .filter(entry -> entry.getFileName().toString().startsWith(MODELS))
              .filter(Files::isDirectory)
              .sorted()
              .toList();
    }
    for (Path folder : folders) {
      String name = folder.getFileName().toString();
      String id = name.substring(MODELS.length()).replace("--", "/");
      try {
        models.addAll(new HubRepository(root, id, name).list());
      } catch (IOException | CheckpointException e) {
        models.add(damaged(id, folder, String.valueOf(e.getMessage())));
      }
    }
    return models;
  }

  static StoredModel damaged(String name, Path place, String fault) {
    return new StoredModel(name, StoredModel.Kind.NONE, Map.of(), Instant.EPOCH, place, fault);
  }
}
