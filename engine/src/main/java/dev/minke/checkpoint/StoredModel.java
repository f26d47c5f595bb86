package dev.minke.checkpoint;

import dev.minke.autograd.Parameter;
import dev.minke.kernel.CachedExperts;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.StoredExperts;
import dev.minke.model.WeightName;
import dev.minke.model.decoder.Block;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.model.decoder.MixtureOfExperts;
import dev.minke.nn.StoredParameters;
import dev.minke.tensor.BlockFormat;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

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
  private @Nullable CachedExperts experts;

  private StoredModel(Path path, TensorFiles files, DecoderConfig config) {
    Plausibility.require(config, files);
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

  /// What tells it from all others, its weights included, in files that belong to it.
  public String identity() {
    return ModelIdentity.of(files.files());
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

  /// What of the model can be in memory at a time.
  ///
  /// @param memory bytes for weights
  /// @throws CheckpointException if it is too little for any token
  public Residency residency(long memory) {
    return Residency.of(path, parameters.weights(), mixtures(), expertWeights(), memory);
  }

  /// Has a backend read weights now: all of them, or all but experts, of which then as many stay in
  /// memory as may, and the others are read when they are wanted.
  ///
  /// @param progress hears how many bytes of [Residency#readAtOnce] have been read
  /// @throws CheckpointException if a file cannot be read
  public void load(Kernels kernels, Residency residency, LongConsumer progress) {
    ModelLoadEvent event = new ModelLoadEvent();
    event.begin();
    Set<Parameter> later = residency.isWhole() ? Set.of() : expertWeights();
    if (!residency.isWhole()) {
      cacheExperts(kernels, residency.slots());
    }
    long done = 0;
    for (Parameter weight : parameters.weights()) {
      if (!later.contains(weight)) {
        weight.resident(kernels);
        done += weight.storedBytes();
        progress.accept(done);
      }
    }
    if (event.shouldCommit()) {
      event.model = String.valueOf(path.getFileName());
      event.bytes = done;
      event.experts = residency.experts();
      event.slots = residency.slots();
      event.commit();
    }
  }

  private void cacheExperts(Kernels kernels, int slots) {
    List<MixtureOfExperts> layers = mixtures();
    List<StoredExperts> stored =
        layers.stream()
            .map(layer -> new StoredExperts(layer.gateUp().stored(), layer.down().stored()))
            .toList();
    int active = config.experts().rule().activeExperts();
    CachedExperts cache = kernels.cacheExperts(stored, active, slots);
    for (int layer = 0; layer < layers.size(); layer++) {
      layers.get(layer).gateUp().place(kernels, cache.gateUp(layer));
      layers.get(layer).down().place(kernels, cache.down(layer));
    }
    experts = cache;
  }

  private List<MixtureOfExperts> mixtures() {
    return mixtures(model.blocks());
  }

  private static List<MixtureOfExperts> mixtures(List<Block> blocks) {
    List<MixtureOfExperts> mixtures = new ArrayList<>();
    for (Block block : blocks) {
      if (block.feedForward() instanceof MixtureOfExperts mixture) {
        mixtures.add(mixture);
      }
    }
    return mixtures;
  }

  /// Of all layers, the predictor's included, whose experts are read when it is first used.
  private Set<Parameter> expertWeights() {
    List<MixtureOfExperts> all = new ArrayList<>(mixtures());
    if (model.predictor() != null) {
      all.addAll(mixtures(List.of(model.predictor().block())));
    }
    Set<Parameter> weights = Collections.newSetFromMap(new IdentityHashMap<>());
    all.forEach(mixture -> Collections.addAll(weights, mixture.gateUp(), mixture.down()));
    return weights;
  }

  /// What became of the cache of experts; null where all weights are in memory.
  public CachedExperts.@Nullable Account experts() {
    return experts == null ? null : experts.account();
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

  /// The chat template beside the weights, or in the GGUF file; empty for a base model.
  ///
  /// @param clock what a template reads that writes the date
  /// @throws dev.minke.tokenizer.jinja.TemplateException if it is not understood
  public Optional<ChatTemplate> chatTemplate(Clock clock) throws IOException {
    return files instanceof GgufFiles(Gguf gguf)
        ? GgufTokenizer.chatTemplate(gguf, clock)
        : ChatTemplate.read(path, clock);
  }

  @Override
  public void close() {
    if (experts != null) {
      experts.close();
    }
    parameters.close();
    files.close();
  }
}
