package dev.minke.checkpoint;

import dev.minke.model.decoder.DecoderConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the headers of a model's files say, also of a model that is not supported. The data of its
/// tensors is not read.
///
/// @param path a directory, a `config.json`, or the first file of a GGUF model
/// @param container of the weights
/// @param files that hold the weights, in order; none beside a configuration alone
/// @param architecture the name that the files give it; empty if they give none
/// @param config sizes and rules; null if they are not understood
/// @param refusal why the model cannot be opened, as one line; null if nothing speaks against it
/// @param tensors in the order of the files
/// @param types the tensors by type and role, those that take most first
/// @param notes what else is known of the model
/// @param metadata all that the files say by key: texts, numbers, true and false, lists and maps of
///   them
public record ModelHeader(
    Path path,
    Container container,
    List<Path> files,
    String architecture,
    @Nullable DecoderConfig config,
    @Nullable String refusal,
    List<Stored> tensors,
    List<TypeTotal> types,
    Notes notes,
    Map<String, Object> metadata) {

  /// Forms of files.
  public enum Container {
    /// A directory as Hugging Face has it.
    SAFETENSORS("safetensors"),
    /// One file, or the parts of a split one.
    GGUF("GGUF");

    private final String label;

    Container(String label) {
      this.label = label;
    }

    /// As its makers spell it.
    public String label() {
      return label;
    }
  }

  /// What the numbers of a tensor are.
  public enum Role {
    /// Parameters of the model.
    WEIGHT,
    /// Scales of the blocks of another tensor.
    SCALE,
    /// Numbers that follow from the configuration, as frequencies of positions.
    TABLE
  }

  /// A tensor of the files.
  ///
  /// @param type in the container's spelling: `BF16`, `Q4_K`
  /// @param shape its sizes, the last one fastest; empty for a scalar
  /// @param bytes that it takes
  public record Stored(String name, String type, List<Long> shape, long bytes, Role role) {
    public Stored {
      shape = List.copyOf(shape);
    }

    /// How many numbers it has.
    public long elements() {
      long elements = 1;
      for (long size : shape) {
        elements *= size;
      }
      return elements;
    }
  }

  /// The tensors of one type and role taken together.
  ///
  /// @param tensors how many
  /// @param elements numbers of all of them
  /// @param bytes of all of them
  public record TypeTotal(String type, Role role, int tensors, long elements, long bytes) {
    static List<TypeTotal> of(List<Stored> tensors) {
      Map<Role, Map<String, Sum>> sums = new EnumMap<>(Role.class);
      for (Stored one : tensors) {
        sums.computeIfAbsent(one.role, _ -> new LinkedHashMap<>())
            .computeIfAbsent(one.type, _ -> new Sum())
            .add(one);
      }
      List<TypeTotal> totals = new ArrayList<>();
      sums.forEach((role, types) ->
          types.forEach((type, sum) ->
              totals.add(new TypeTotal(type, role, sum.tensors, sum.elements, sum.bytes))));
      totals.sort(Comparator.comparingLong(TypeTotal::bytes).reversed());
      return totals;
    }
  }

  /// A sum while it is taken. Mutable, of one call.
  private static final class Sum {
    private int tensors;
    private long elements;
    private long bytes;

    private void add(Stored one) {
      tensors++;
      elements += one.elements();
      bytes += one.bytes;
    }
  }

  /// What a user of the model may want to know besides its sizes. Null stands for what the files do
  /// not say.
  ///
  /// @param contextLength longest sequence
  /// @param ropeScaling how positions are stretched, in the files' own word
  /// @param tokenizer its facts
  /// @param chatTemplate the default one, as it is written
  /// @param licence its name, or the first line of its text
  /// @param generation settings of sampling that its makers advise, by their keys
  public record Notes(
      @Nullable Long contextLength,
      @Nullable String ropeScaling,
      @Nullable TokenizerHeader tokenizer,
      @Nullable String chatTemplate,
      @Nullable String licence,
      Map<String, Object> generation) {
    public Notes {
      generation = Collections.unmodifiableMap(new LinkedHashMap<>(generation));
    }
  }

  public ModelHeader {
    if (config == null && refusal == null) {
      throw new IllegalArgumentException("model header: expected sizes or a reason, found neither");
    }
    files = List.copyOf(files);
    tensors = List.copyOf(tensors);
    types = List.copyOf(types);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /// Reads headers.
  ///
  /// @param path a directory with `config.json`, such a file alone, or a GGUF file, of a split one
  ///   any part
  /// @throws CheckpointException if a file is missing or damaged; one of an architecture that is
  ///   not supported is described
  public static ModelHeader read(Path path) {
    if (Files.isDirectory(path)) {
      return new DirectoryHeader(path).read();
    }
    String name = String.valueOf(path.getFileName());
    if (name.endsWith(".json")) {
      return DirectoryHeader.ofConfiguration(path);
    }
    if (name.endsWith(".safetensors")) {
      throw new CheckpointException(
          "%s: expected a model's directory, found a file of weights alone; name the directory"
              .formatted(path));
    }
    try (Gguf gguf = Gguf.open(path)) {
      return new GgufModelHeader(gguf).read();
    }
  }

  /// Numbers that are parameters: copies that the files hold are counted as often as they are
  /// there.
  public long parameters() {
    return types.stream()
        .filter(total -> total.role == Role.WEIGHT)
        .mapToLong(TypeTotal::elements)
        .sum();
  }

  /// Bytes of all tensors.
  public long bytes() {
    return types.stream().mapToLong(TypeTotal::bytes).sum();
  }
}
