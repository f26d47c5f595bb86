package dev.minke.checkpoint;

import java.nio.file.Path;
import java.util.Set;

/// The tensors of a checkpoint by name, whatever its container. Opening reads headers alone.
interface TensorFiles extends AutoCloseable {
  /// Where the checkpoint is, for messages.
  Path path();

  Set<String> names();

  /// @throws CheckpointException if there is none of that name, or its type is not read
  StoredTensor tensor(String name);

  @Override
  void close();
}
