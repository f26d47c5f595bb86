package dev.minke.checkpoint;

import dev.minke.autograd.Parameter;
import dev.minke.kernel.Kernels;
import dev.minke.model.WeightName;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.StoredParameters;
import dev.minke.tensor.BlockFormat;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/// A model for answers, from a Hugging Face directory or a GGUF file: its weights are computed from
/// the bytes that the files hold, in whatever precision. Opening reads headers and vectors; a
/// backend reads the weights at [#load] or at their first use.
///
/// Closing it frees its weights and ends the use of its files.
public final class StoredModel implements AutoCloseable {
  private static final String TOKENIZER = "tokenizer.json";

  private final Path path;
  private final TensorFiles files;
  private final DecoderConfig config;
  private final StoredParameters parameters = new StoredParameters();
  private final DecoderModel model;

  private StoredModel(Path path, TensorFiles files, DecoderConfig config) {
    this.path = path;
    this.files = files;
    this.config = config;
    this.model = DecoderModel.of(parameters, config);
  }

  /// Opens a model.
  ///
  /// @param path a directory with `config.json`, or a GGUF file, of a split one any part
  /// @throws CheckpointException if a file is missing, damaged or of another architecture, or a
  ///   weight is missing, left over or of another shape
  public static StoredModel open(Path path) {
    return Files.isDirectory(path) ? directory(path) : gguf(path);
  }

  private static StoredModel directory(Path path) {
    DecoderConfig promised = ModelDirectory.promised(path);
    SafetensorsFiles files = new SafetensorsFiles(path);
    return build(
        files,
        () -> {
          DecoderConfig config = ModelDirectory.withoutMissingPredictor(promised, files.names());
          StoredModel model = new StoredModel(path, files, config);
          model.bind(model.model.weightNames(), Set.of());
          return model;
        });
  }

  private static StoredModel gguf(Path path) {
    Gguf gguf = Gguf.open(path);
    GgufFiles files = new GgufFiles(gguf);
    return build(
        files,
        () -> {
          StoredModel model = new StoredModel(path, files, GgufConfig.read(gguf));
          model.bind(model.model.ggufNames(files.names()), Set.of(GgufConfig.ROPE_FREQUENCIES));
          return model;
        });
  }

  /// What makes a model, or fails.
  @FunctionalInterface
  private interface Building {
    StoredModel run();
  }

  private static StoredModel build(TensorFiles files, Building building) {
    try {
      return building.run();
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private void bind(List<WeightName> table, Set<String> ignored) {
    try {
      new WeightReader(files).read(table, ignored);
    } catch (RuntimeException e) {
      parameters.close();
      throw e;
    }
  }

  public Path path() {
    return path;
  }

  public DecoderConfig config() {
    return config;
  }

  public DecoderModel model() {
    return model;
  }

  /// Bytes of its weights in the files.
  public long bytes() {
    return parameters.weights().stream().mapToLong(Parameter::storedBytes).sum();
  }

  /// Bytes of the tensors in its files, by the name of their format.
  public Map<String, Long> bytesByFormat() {
    Map<String, Long> bytes = new TreeMap<>();
    for (String name : files.names()) {
      StoredTensor tensor = files.tensor(name);
      long elements = tensor.shape().stream().reduce(1L, (a, b) -> a * b);
      long rows = elements / Math.max(1, tensor.columns());
      BlockFormat format = tensor.format();
      bytes.merge(format.name(), rows * format.rowBytes(tensor.columns()), Long::sum);
    }
    return bytes;
  }

  /// Has a backend read all weights now.
  ///
  /// @param progress hears how many bytes of [#bytes] have been read
  /// @throws CheckpointException if a file cannot be read
  public void load(Kernels kernels, LongConsumer progress) {
    long done = 0;
    for (Parameter weight : parameters.weights()) {
      weight.resident(kernels);
      done += weight.storedBytes();
      progress.accept(done);
    }
  }

  /// The tokenizer beside the weights, or in the GGUF file.
  ///
  /// @throws CheckpointException if there is none
  public Tokenizer tokenizer() throws IOException {
    if (files instanceof GgufFiles(Gguf gguf)) {
      return GgufTokenizer.read(gguf);
    }
    Path file = path.resolve(TOKENIZER);
    if (!Files.exists(file)) {
      throw new CheckpointException(
          file + ": expected a tokenizer beside the weights, found none; copy it there");
    }
    return Tokenizer.read(file);
  }

  @Override
  public void close() {
    parameters.close();
    files.close();
  }
}
