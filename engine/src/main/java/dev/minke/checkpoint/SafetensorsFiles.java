package dev.minke.checkpoint;

import dev.minke.quant.BlockFormats;
import dev.minke.tensor.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// The weights of a Hugging Face directory: one safetensors file, or shards and their index.
final class SafetensorsFiles implements TensorFiles {
  static final String WEIGHTS = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  /// The largest release has 163.
  private static final int MOST_SHARDS = 10_000;

  private final Path directory;
  private final Map<String, Safetensors> files = new LinkedHashMap<>();
  private final List<Safetensors> opened = new ArrayList<>();

  /// @throws CheckpointException if a file is missing, damaged or has a tensor of another one
  SafetensorsFiles(Path directory) {
    this.directory = directory;
    try {
      for (String shard : shards(directory)) {
        open(directory.resolve(shard));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void open(Path path) {
    Safetensors file = Safetensors.open(path);
    opened.add(file);
    if (file.entries().isEmpty()) {
      throw new CheckpointException(path + ": expected weights, found no tensor");
    }
    for (String name : file.entries().keySet()) {
      if (files.putIfAbsent(name, file) != null) {
        throw new CheckpointException(
            "%s: expected each tensor once, found %s in two files".formatted(directory, name));
      }
    }
  }

  /// Names of the files of a directory, in order.
  static Set<String> shards(Path directory) {
    Path index = directory.resolve(INDEX);
    if (Files.exists(directory.resolve(WEIGHTS))) {
      return Set.of(WEIGHTS);
    }
    if (!Files.exists(index)) {
      throw new CheckpointException(
          "%s: expected %s or %s, found neither".formatted(directory, WEIGHTS, INDEX));
    }
    Set<String> shards = new TreeSet<>();
    String last = "";
    JsonBytes json = JsonBytes.of(index);
    json.enter('{');
    while (json.more('}')) {
      if (json.key().equals("weight_map") && json.peek() == '{') {
        json.enter('{');
        while (json.more('}')) {
          json.skipKey();
          String name = json.text();
          if (!name.equals(last) || name.isEmpty()) {
            requireBeside(index, name);
            shards.add(name);
            requireFew(index, shards);
            last = name;
          }
        }
      } else {
        json.skip();
      }
    }
    json.end();
    if (shards.isEmpty()) {
      throw new CheckpointException(index + ": expected a weight_map, found none");
    }
    return shards;
  }

  private static void requireBeside(Path index, String name) {
    if (!isOfOneFile(name)) {
      throw new CheckpointException(
          "%s: expected names of files beside it, found '%s'".formatted(index, name));
    }
  }

  /// Whether a name is that of a file, and not a way to another directory.
  private static boolean isOfOneFile(String name) {
    try {
      Path file = Path.of(name);
      return file.equals(file.getFileName()) && !List.of("", ".", "..").contains(name);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static void requireFew(Path index, Set<String> shards) {
    if (shards.size() > MOST_SHARDS) {
      throw new CheckpointException(
          "%s: expected at most %d files, found more".formatted(index, MOST_SHARDS));
    }
  }

  /// Whether a directory has weights, or promises them.
  static boolean areIn(Path directory) {
    return Files.exists(directory.resolve(WEIGHTS)) || Files.exists(directory.resolve(INDEX));
  }

  /// The files, in order.
  List<Safetensors> opened() {
    return List.copyOf(opened);
  }

  @Override
  public Path path() {
    return directory;
  }

  @Override
  public List<Path> files() {
    List<Path> all = new ArrayList<>();
    all.add(directory.resolve(ModelDirectory.CONFIG));
    opened.forEach(one -> all.add(one.file()));
    return all;
  }

  @Override
  public long elements() {
    return files.entrySet().stream()
        .map(named -> named.getValue().entries().get(named.getKey()))
        .filter(Objects::nonNull)
        .mapToLong(entry -> entry.shape().stream().reduce(1L, (a, b) -> a * b))
        .sum();
  }

  /// Without those that hold the scales of others.
  @Override
  public Set<String> names() {
    Set<String> names = new TreeSet<>(files.keySet());
    names.removeIf(name -> name.endsWith(Fp8Tensor.SUFFIX) && files.containsKey(weightOf(name)));
    return Collections.unmodifiableSet(names);
  }

  private static String weightOf(String scale) {
    return scale.substring(0, scale.length() - Fp8Tensor.SUFFIX.length());
  }

  @Override
  public StoredTensor tensor(String name) {
    StoredTensor plain = plain(name);
    return files.containsKey(name + Fp8Tensor.SUFFIX)
        ? new Fp8Tensor(plain, plain(name + Fp8Tensor.SUFFIX))
        : plain;
  }

  private StoredTensor plain(String name) {
    Safetensors file = files.get(name);
    Safetensors.Entry entry = file == null ? null : file.entries().get(name);
    if (file == null || entry == null) {
      throw new CheckpointException(
          "%s: expected tensor %s, found none".formatted(directory, name));
    }
    boolean scaled = files.containsKey(name + Fp8Tensor.SUFFIX);
    BlockFormat format =
        BlockFormats.bySafetensorsType(entry.dtype())
            .filter(_ -> scaled == entry.dtype().equals("F8_E4M3"))
            .orElseThrow(() ->
                new CheckpointException(
                    "%s: tensor %s: expected F32, F16, BF16, F64, or F8_E4M3 with %s%s, found %s"
                        .formatted(file.file(), name, name, Fp8Tensor.SUFFIX, entry.dtype())));
    return new Plain(file, entry, format);
  }

  /// A tensor as its file has it.
  private record Plain(Safetensors source, Safetensors.Entry entry, BlockFormat format)
      implements StoredTensor {
    @Override
    public String name() {
      return entry.name();
    }

    @Override
    public Path file() {
      return source.file();
    }

    @Override
    public List<Long> shape() {
      return entry.shape();
    }

    @Override
    public void read(long first, int count, MemorySegment into, long at) {
      long rowBytes = format.rowBytes(columns());
      source.read(entry, first * rowBytes, into.asSlice(at, count * rowBytes));
    }
  }

  @Override
  public void close() {
    opened.forEach(Safetensors::close);
  }
}
