package dev.minke.cli.runs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads `metrics.jsonl` again and again, each time only what was added.
///
/// A file that was replaced, as a run that goes on does, or that shrank, is read from its
/// beginning. Mutable; belongs to one thread.
public final class MetricsReader {
  /// Loads of the experts are kept for at most so many steps; then every second one is dropped.
  private static final int MOST_LOADS = 512;

  private static final int CHUNK = 1 << 16;

  private final Path file;
  private final List<StepPoint> steps = new ArrayList<>();
  private final List<ValidationPoint> validations = new ArrayList<>();
  private final List<StepLoads> loads = new ArrayList<>();
  private final java.io.ByteArrayOutputStream torn = new java.io.ByteArrayOutputStream();
  private @Nullable StepLoads newestLoad;
  private int loadStride = 1;
  private int ignored;
  private long offset;
  private @Nullable Object identity;
  private Metrics metrics = Metrics.NONE;

  /// @param directory with `metrics.jsonl`, now or later
  public MetricsReader(Path directory) {
    this.file = directory.resolve(RunFiles.METRICS);
  }

  /// What the file says now.
  public Metrics read() throws IOException {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      Object key = now.fileKey() == null ? now.creationTime() : now.fileKey();
      if (!key.equals(identity) || now.size() < offset) {
        clear();
        identity = key;
      }
      if (now.size() > offset) {
        readMore();
        metrics = new Metrics(steps, validations, allLoads(), ignored);
      }
    } catch (NoSuchFileException _) {
      clear();
    }
    return metrics;
  }

  private void clear() {
    steps.clear();
    validations.clear();
    loads.clear();
    torn.reset();
    newestLoad = null;
    loadStride = 1;
    ignored = 0;
    offset = 0;
    identity = null;
    metrics = Metrics.NONE;
  }

  private List<StepLoads> allLoads() {
    List<StepLoads> all = new ArrayList<>(loads);
    if (newestLoad != null && (all.isEmpty() || all.getLast().step() != newestLoad.step())) {
      all.add(newestLoad);
    }
    return all;
  }

  private void readMore() throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      channel.position(offset);
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
      while (channel.read(buffer) > 0) {
        for (int i = 0; i < buffer.position(); i++) {
          if (buffer.get(i) == '\n') {
            accept(torn.toString(StandardCharsets.UTF_8));
            torn.reset();
          } else {
            torn.write(buffer.get(i));
          }
        }
        offset += buffer.position();
        buffer.clear();
      }
    }
  }

  private void accept(String text) {
    JsonNode line = text.isBlank() ? null : Json.line(text);
    int step = line == null ? -1 : line.path("step").asInt(-1);
    if (line != null && step >= 0 && line.has("loss")) {
      goBackTo(step);
      steps.add(StepPoint.read(line));
      acceptLoad(StepLoads.read(line));
    } else if (line != null && step >= 0 && line.has("validationLoss")) {
      validations.removeIf(known -> known.step() >= step);
      validations.add(ValidationPoint.read(line));
    } else if (!text.isBlank()) {
      ignored++;
    }
  }

  /// A step that comes again was lost by a crash, and all after it.
  private void goBackTo(int step) {
    while (!steps.isEmpty() && steps.getLast().step() >= step) {
      steps.removeLast();
    }
    validations.removeIf(known -> known.step() >= step);
    loads.removeIf(known -> known.step() >= step);
  }

  private void acceptLoad(StepLoads load) {
    if (load.layers().isEmpty()) {
      return;
    }
    newestLoad = load;
    if (loads.isEmpty() || load.step() - loads.getLast().step() >= loadStride) {
      loads.add(load);
    }
    if (loads.size() > MOST_LOADS) {
      loadStride *= 2;
      List<StepLoads> kept = new ArrayList<>();
      for (int i = 0; i < loads.size(); i += 2) {
        kept.add(loads.get(i));
      }
      loads.clear();
      loads.addAll(kept);
    }
  }
}
