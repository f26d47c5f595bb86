package dev.minke.train;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.TrainingCheckpoint;
import dev.minke.data.Mixture;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The directory of a run: checkpoints, metrics, and a lock, so that two processes cannot train in
/// it. Owns the lock; the owner closes it.
final class RunDirectory implements AutoCloseable {
  private static final String LOCK = "run.lock";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String STEPS = "run.steps";
  private static final String START = "run.start";
  private static final String DRAWN = "drawn";

  private final Path path;
  private final Map<String, String> identity;
  private final List<String> sources;
  private final TrainingCheckpoint.Keep keep;
  private final FileChannel lockFile;
  private @Nullable Path newest;

  RunDirectory(Path path, TrainRecipe recipe, TrainingData data, Start start) {
    this.path = path;
    this.keep =
        new TrainingCheckpoint.Keep(
            recipe.checkpoint().keep(), recipe.checkpoint().keepEverySteps());
    this.identity = identity(recipe, data, start);
    this.sources = data.training().parts().stream().map(Mixture.Part::name).toList();
    try {
      Files.createDirectories(path);
      this.lockFile =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw failure("cannot be written", e);
    }
    if (!locked()) {
      close();
      throw new CheckpointException(
          "run directory %s: another process trains in it; wait for it or choose another directory"
              .formatted(path));
    }
  }

  private boolean locked() {
    try {
      FileLock lock = lockFile.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException sameProcess) {
      return false;
    } catch (IOException e) {
      throw failure("cannot be locked", e);
    }
  }

  CheckpointException failure(String what, IOException cause) {
    String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new CheckpointException(
        "run directory %s: %s (%s); free space or choose another directory"
            .formatted(path, what, reason),
        cause);
  }

  /// What must be the same for a run to go on.
  private static Map<String, String> identity(TrainRecipe recipe, TrainingData data, Start start) {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("run.recipe", hash(recipe.decisive()));
    identity.put(TrainingCheckpoint.DATA, data.training().hash());
    identity.put(TrainingCheckpoint.TOKENIZER, data.training().tokenizer());
    identity.put(
        START,
        switch (start) {
          case Start.Drawn() -> DRAWN;
          case Start.Weights(Path model) -> ModelDirectory.hash(model);
        });
    return identity;
  }

  private static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: every Java platform has it", e);
    }
  }

  Path path() {
    return path;
  }

  /// The newest checkpoint; null before the first.
  @Nullable Path newest() {
    return newest;
  }

  /// Writing a state as it stands now: its facts are taken at once, its tensors when the result is
  /// run.
  BackgroundSave.Write save(TrainState state, int steps) {
    Map<String, String> facts = new LinkedHashMap<>(identity);
    facts.put(STEPS, Integer.toString(steps));
    facts.putAll(state.facts());
    Path directory = path.resolve(CHECKPOINTS);
    int step = state.step();
    Map<String, Tensor> tensors = state.tensors();
    return afterLastRead ->
        TrainingCheckpoint.write(directory, step, tensors, facts, keep, afterLastRead).file();
  }

  /// Takes note of a checkpoint that was written.
  void saved(Path file) {
    newest = file;
  }

  /// The newest checkpoint, if the run has one.
  ///
  /// @throws CheckpointException if it belongs to another recipe, other data or another tokenizer
  Optional<TrainingCheckpoint> latest() {
    Optional<TrainingCheckpoint> latest = TrainingCheckpoint.latest(path.resolve(CHECKPOINTS));
    latest.ifPresent(this::requireSameRun);
    latest.map(found -> found.metadata().get(START)).ifPresent(was -> identity.put(START, was));
    return latest;
  }

  /// What a run began with needs no second mention: its checkpoints have left it behind.
  private void requireSameRun(TrainingCheckpoint checkpoint) {
    identity.forEach((key, expected) -> {
      boolean unsaid = key.equals(START) && expected.equals(DRAWN);
      String found = checkpoint.metadata().get(key);
      if (!unsaid && !expected.equals(found)) {
        if (key.equals(TrainingCheckpoint.DATA)) {
          throw otherData(checkpoint, found, expected);
        }
        throw new CheckpointException(
            "run directory %s: it holds a run with another %s; go on with that one, or choose another directory"
                .formatted(path, key.substring("run.".length())));
      }
    });
  }

  private CheckpointException otherData(
      TrainingCheckpoint checkpoint, @Nullable String began, String now) {
    return new CheckpointException(
        "run directory %s: it holds a run with other data: expected tokens with the hash %s, as %s has it, found %s, made of %s; put the text back as it was and delete %s, or choose another directory"
            .formatted(
                path,
                began,
                checkpoint.file().getFileName(),
                now,
                String.join(", ", sources),
                path.resolve("data")));
  }

  /// Steps of the whole run that a checkpoint belongs to.
  ///
  /// @param wanted what the recipe says; 0 if it gives a time
  /// @throws CheckpointException if that is another number
  int steps(TrainingCheckpoint checkpoint, int wanted) {
    int steps = Integer.parseInt(TrainState.fact(checkpoint.metadata(), STEPS));
    if (wanted != 0 && wanted != steps) {
      throw new CheckpointException(
          "run directory %s: it holds a run of %d steps, the recipe says %d; the schedule depends on it, choose another directory"
              .formatted(path, steps, wanted));
    }
    return steps;
  }

  /// Reads a checkpoint into a state.
  void restore(TrainingCheckpoint checkpoint, TrainState state) {
    checkpoint.readInto(state.tensors());
    state.restore(Math.toIntExact(checkpoint.step()), checkpoint.metadata());
    newest = checkpoint.file();
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw failure("its lock cannot be given back", e);
    }
  }
}
