package dev.minke.checkpoint;

import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// What a run needs to go on: named tensors and named facts in one file of a directory,
/// `step-00001234.safetensors`.
///
/// The file is an ordinary safetensors file whose metadata carry a version and a CRC-32C of the
/// data. It appears whole or not at all; a damaged one is passed over in favour of the one before
/// it. By tensor, not by rank: a run may go on with another layout of machines.
///
/// @param file where it lies
/// @param step number of updates done
/// @param metadata facts of the run: data position, random streams, identity of the tokenizer, …
public record TrainingCheckpoint(Path file, long step, Map<String, String> metadata) {
  /// Key of the tokenizer's identity among the facts of a training run.
  public static final String TOKENIZER = "run.tokenizer";

  /// Key of the hash of the tokens that a training run learns from.
  public static final String DATA = "run.data";

  private static final System.Logger LOG = System.getLogger(TrainingCheckpoint.class.getName());
  private static final String VERSION = "1";
  private static final String OURS = "minke.";
  private static final String VERSION_KEY = OURS + "checkpoint";
  private static final String STEP_KEY = OURS + "step";
  private static final String CHECKSUM_KEY = OURS + "crc32c";

  /// A number that a `long` holds.
  private static final String DIGITS = "[0-9]{1,18}";

  private static final String PREFIX = "step-";
  private static final String SUFFIX = ".safetensors";

  public TrainingCheckpoint {
    metadata = Map.copyOf(metadata);
  }

  /// Which checkpoints of a directory stay when a new one has been written.
  ///
  /// @param newest so many of the newest
  /// @param everySteps beside them those whose step is a multiple of this; 0 for none
  public record Keep(int newest, int everySteps) {
    private boolean isForGood(Path file) {
      long step = step(file);
      return everySteps > 0 && step > 0 && step % everySteps == 0;
    }
  }

  /// Writes a checkpoint and deletes those that need not be kept.
  ///
  /// @param afterLastRead called once the tensors may change again
  /// @throws CheckpointException if it cannot be written; older ones stay
  public static TrainingCheckpoint write(
      Path directory,
      long step,
      Map<String, Tensor> tensors,
      Map<String, String> metadata,
      Keep keep,
      Runnable afterLastRead) {
    List<SafetensorsWriter.Source> sources =
        tensors.entrySet().stream()
            .map(entry -> SafetensorsWriter.Source.of(entry.getKey(), entry.getValue()))
            .toList();
    for (String key : metadata.keySet()) {
      if (key.startsWith(OURS)) {
        throw new IllegalArgumentException("checkpoint: the key " + key + " is its own");
      }
    }
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(VERSION_KEY, VERSION);
    all.put(STEP_KEY, Long.toString(step));
    all.put(CHECKSUM_KEY, checksum(sources, all));
    Path file = directory.resolve("%s%08d%s".formatted(PREFIX, step, SUFFIX));
    try {
      Files.createDirectories(directory);
      SafetensorsWriter.write(file, sources, all, afterLastRead);
      List<Path> older = new ArrayList<>(files(directory));
      older.remove(file);
      for (Path old : older.stream().skip(Math.max(0, keep.newest - 1)).toList()) {
        if (!keep.isForGood(old)) {
          Files.deleteIfExists(old);
        }
      }
    } catch (IOException e) {
      throw CheckpointException.of("write", file, e);
    }
    return new TrainingCheckpoint(file, step, metadata);
  }

  private static String checksum(
      List<SafetensorsWriter.Source> sources, Map<String, String> facts) {
    CRC32C crc = new CRC32C();
    update(crc, facts);
    for (SafetensorsWriter.Source source : sources) {
      update(crc, source.name(), source.dtype().name(), source.shape().toString());
    }
    for (SafetensorsWriter.Source source : sources) {
      for (Tensor part : source.parts()) {
        for (ByteBuffer chunk : SafetensorsWriter.chunks(part, source.dtype())) {
          crc.update(chunk);
        }
      }
    }
    return Long.toHexString(crc.getValue());
  }

  private static void update(CRC32C crc, Map<String, String> facts) {
    for (Map.Entry<String, String> fact : new TreeMap<>(facts).entrySet()) {
      if (!fact.getKey().equals(CHECKSUM_KEY)) {
        update(crc, fact.getKey(), fact.getValue());
      }
    }
  }

  /// Texts with an end that no text has, so that their borders count.
  private static void update(CRC32C crc, String... texts) {
    for (String text : texts) {
      crc.update(text.getBytes(StandardCharsets.UTF_8));
      crc.update(0xFF);
    }
  }

  /// Whether a directory holds a checkpoint, whole or not: says that a run has begun, without
  /// reading what may be gigabytes.
  public static boolean exists(Path directory) {
    return !files(directory).isEmpty();
  }

  /// The newest undamaged checkpoint of a directory, read through; damaged ones are logged.
  ///
  /// @throws CheckpointException if there are checkpoints and none is whole
  /// @throws IllegalStateException if the newest whole one is of another version
  public static Optional<TrainingCheckpoint> latest(Path directory) {
    CheckpointException last = null;
    for (Path file : files(directory)) {
      try {
        return Optional.of(verified(file));
      } catch (CheckpointException e) {
        last = e;
        LOG.log(
            System.Logger.Level.WARNING, "checkpoint=damaged, passed over: {0}", e.getMessage());
      }
    }
    if (last != null) {
      throw last;
    }
    return Optional.empty();
  }

  /// The step that a file is named after; 0 if its name is not one of ours.
  private static long step(Path file) {
    String name = file.getFileName().toString();
    String digits = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
    return digits.matches(DIGITS) ? Long.parseLong(digits) : 0;
  }

  private static List<Path> files(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found = new ArrayList<>();
      files
          .filter(file -> file.getFileName().toString().startsWith(PREFIX))
          .filter(file -> file.getFileName().toString().endsWith(SUFFIX))
          .sorted(Comparator.reverseOrder())
          .forEach(found::add);
      return found;
    } catch (IOException e) {
      throw CheckpointException.of("list", directory, e);
    }
  }

  private static TrainingCheckpoint verified(Path file) {
    try (Safetensors open = Safetensors.open(file)) {
      Map<String, String> metadata = new LinkedHashMap<>(open.metadata());
      String version = metadata.remove(VERSION_KEY);
      String step = metadata.remove(STEP_KEY);
      String expected = metadata.remove(CHECKSUM_KEY);
      if (version == null || step == null || expected == null) {
        throw new CheckpointException(
            file + ": expected a checkpoint with version, step and checksum, found it incomplete");
      }
      String found = checksum(open);
      if (!expected.equals(found)) {
        throw new CheckpointException(
            "%s: expected checksum %s, found %s; the file is damaged"
                .formatted(file, expected, found));
      }
      if (!VERSION.equals(version)) {
        throw new IllegalStateException(
            "%s: expected a checkpoint of version %s, found version %s; go on with the release that wrote it"
                .formatted(file, VERSION, version));
      }
      if (!step.matches(DIGITS)) {
        throw new CheckpointException(
            "%s: %s: expected a number of steps, found %s".formatted(file, STEP_KEY, step));
      }
      return new TrainingCheckpoint(file, Long.parseLong(step), metadata);
    }
  }

  private static String checksum(Safetensors open) {
    Path file = open.file();
    CRC32C crc = new CRC32C();
    update(crc, open.metadata());
    for (Safetensors.Entry entry : open.entries().values()) {
      update(crc, entry.name(), entry.dtype(), entry.shape().toString());
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.position(open.dataStart());
      ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
      while (channel.read(buffer.clear()) >= 0) {
        crc.update(buffer.flip());
      }
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
    return Long.toHexString(crc.getValue());
  }

  /// Reads all tensors into existing ones of the same names and sizes.
  ///
  /// @throws CheckpointException if names or sizes differ
  public void readInto(Map<String, Tensor> tensors) {
    try (Safetensors open = Safetensors.open(file)) {
      if (!open.entries().keySet().equals(tensors.keySet())) {
        TreeSet<String> different = new TreeSet<>(open.entries().keySet());
        different.removeAll(tensors.keySet());
        if (different.isEmpty()) {
          different.addAll(tensors.keySet());
          different.removeAll(open.entries().keySet());
        }
        throw new CheckpointException(
            "%s: expected the tensors of this run, found a difference at %s; the recipe's model was changed"
                .formatted(file, different.first()));
      }
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        Safetensors.Entry stored = open.entries().get(entry.getKey());
        if (stored == null || !stored.shape().equals(sizes(entry.getValue().shape()))) {
          throw new CheckpointException(
              "%s: tensor %s: expected shape %s, found %s; the recipe's model was changed"
                  .formatted(
                      file,
                      entry.getKey(),
                      entry.getValue().shape(),
                      stored == null ? "none" : stored.shape()));
        }
        open.read(entry.getKey(), entry.getValue());
      }
    }
  }

  private static List<Long> sizes(Shape shape) {
    return IntStream.range(0, shape.rank()).mapToObj(axis -> (long) shape.size(axis)).toList();
  }
}
