package dev.minke.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// The tensors of a checkpoint by name, whatever its container. Opening reads headers alone.
interface TensorFiles extends AutoCloseable {
  /// Where the checkpoint is, for messages.
  Path path();

  /// The files that make it what it is, in order.
  List<Path> files();

  Set<String> names();

  /// Numbers that the tensors have together, those of unknown types left out.
  long elements();

  /// @throws CheckpointException if there is none of that name, or its type is not read
  StoredTensor tensor(String name);

  @Override
  void close();
}
