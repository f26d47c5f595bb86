package dev.minke.checkpoint;

import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Sizes and rules of a model from the metadata of a GGUF file, of both generations of `deepseek2`.
///
/// What would change the computation and is not understood is refused by name. Keys that old files
/// lack are taken as the converters of their time meant them.
final class GgufConfig {
  static final String ROPE_FREQUENCIES = "rope_freqs.weight";

  private static final DecoderConfig.Experts NO_EXPERTS =
      new DecoderConfig.Experts(
          0, 0, 0, new RouterRule(ScoreFunction.SOFTMAX, 1, 1, 1, false, false, 1));

  private final Gguf gguf;
  private final GgufMetadata metadata;
  private final String prefix;

  private GgufConfig(Gguf gguf) {
    this.gguf = gguf;
    this.metadata = gguf.metadata();
    this.prefix = metadata.text("general.architecture") + ".";
  }

  /// @throws CheckpointException if the model is of another architecture or lacks a key
  static DecoderConfig read(Gguf gguf) {
    try {
      DecoderConfig config = new GgufConfig(gguf).config();
      return new DecoderSize(config).config(); // which refuses what cannot be counted
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(gguf.file() + ": " + e.getMessage(), e);
    }
  }

  private DecoderConfig config() {
    Architecture architecture = architecture();
    int predictors = integer("nextn_predict_layers", 0);
    int layers = integer("block_count") - predictors;
    DecoderConfig.Experts experts = experts(architecture);
    DecoderConfig.Attention attention =
        switch (architecture.attention()) {
          case GROUPED -> grouped();
          case LATENT -> latent();
        };
    return new DecoderConfig(
        architecture,
        vocabulary(),
        integer("embedding_length"),
        integer("feed_forward_length", 0),
        layers,
        experts.count() == 0 ? layers : integer("leading_dense_block_count", 0),
        attention,
        new DecoderConfig.Positions(
            integer("context_length"),
            metadata.real(prefix + "rope.freq_base", 10_000),
            scaling(attention)),
        experts,
        predictors,
        (float) metadata.real(prefix + "attention.layer_norm_rms_epsilon"),
        !gguf.tensors().containsKey("output.weight"));
  }

  private Architecture architecture() {
    String name = metadata.text("general.architecture");
    boolean sigmoid =
        integer("expert_gating_func", 1) == 2
            || gguf.tensors().keySet().stream().anyMatch(one -> one.contains("exp_probs_b"));
    return Arrays.stream(Architecture.values())
        .filter(one -> one.ggufName().equals(name))
        .filter(one -> one.attention() == Architecture.Kind.GROUPED || one.routerBias() == sigmoid)
        .findFirst()
        .orElseThrow(() ->
            new CheckpointException(
                "%s: general.architecture: expected one of %s, found '%s'; this model is not supported"
                    .formatted(
                        gguf.file(),
                        Arrays.stream(Architecture.values())
                            .map(Architecture::ggufName)
                            .distinct()
                            .collect(Collectors.joining(", ")),
                        name)));
  }

  /// The table says it: some files lack the key.
  private int vocabulary() {
    List<Long> shape = gguf.tensor("token_embd.weight").shape();
    if (shape.size() != 2) {
      throw new CheckpointException(
          gguf.file() + ": tensor token_embd.weight: expected two axes, found " + shape);
    }
    if (shape.get(1) > Integer.MAX_VALUE) {
      throw new CheckpointException(
          "%s: tensor token_embd.weight: expected fewer than 2^31 tokens, found %s"
              .formatted(gguf.file(), shape));
    }
    return shape.get(1).intValue();
  }

  private DecoderConfig.Grouped grouped() {
    int heads = integer("attention.head_count");
    int width = integer("attention.key_length", integer("embedding_length") / Math.max(heads, 1));
    expect("attention.value_length", integer("attention.value_length", width), width);
    expect("rope.dimension_count", integer("rope.dimension_count", width), width);
    return new DecoderConfig.Grouped(heads, integer("attention.head_count_kv", heads), width);
  }

  private DecoderConfig.Latent latent() {
    int rope = integer("rope.dimension_count");
    int key = integer("attention.key_length_mla", integer("attention.key_length"));
    int value = integer("attention.value_length_mla", integer("attention.value_length"));
    return new DecoderConfig.Latent(
        integer("attention.head_count"),
        integer("attention.q_lora_rank", 0),
        integer("attention.kv_lora_rank"),
        key - rope,
        rope,
        value);
  }

  private Rotation.@Nullable Scaling scaling(DecoderConfig.Attention attention) {
    if (gguf.tensors().containsKey(ROPE_FREQUENCIES)) {
      List<Long> expected = List.of((long) attention.ropeDim() / 2);
      List<Long> shape = gguf.tensor(ROPE_FREQUENCIES).shape();
      if (!shape.equals(expected)) {
        throw new CheckpointException(
            "%s: tensor %s: expected shape %s, found %s"
                .formatted(gguf.file(), ROPE_FREQUENCIES, expected, shape));
      }
      float[] divisors = Widening.floats(new GgufFiles(gguf).tensor(ROPE_FREQUENCIES));
      List<Float> list = new ArrayList<>();
      for (float divisor : divisors) {
        list.add(divisor);
      }
      return new Rotation.Divided(list);
    }
    String type = metadata.text(prefix + "rope.scaling.type", "none");
    return switch (type) {
      case "none" -> null;
      case "linear" -> new Rotation.Linear(metadata.real(prefix + "rope.scaling.factor"));
      case "yarn" -> yarn(attention);
      default ->
          throw new CheckpointException(
              "%s: %srope.scaling.type: expected none, linear or yarn, found '%s'; this model is not supported"
                  .formatted(gguf.file(), prefix, type));
    };
  }

  /// The multiplier is a tenth of DeepSeek's mscale_all_dim, to which its mscale is equal in every
  /// release.
  private Rotation.Yarn yarn(DecoderConfig.Attention attention) {
    double allDims = 10 * metadata.real(prefix + "rope.scaling.yarn_log_multiplier", 0);
    boolean latent = attention instanceof DecoderConfig.Latent;
    double rounded = (float) Math.round(allDims * 1e6) / 1e6;
    return new Rotation.Yarn(
        metadata.real(prefix + "rope.scaling.factor"),
        integer("rope.scaling.original_context_length"),
        metadata.real(prefix + "rope.scaling.yarn_beta_fast", 32),
        metadata.real(prefix + "rope.scaling.yarn_beta_slow", 1),
        latent ? rounded : 1,
        latent ? rounded : 0);
  }

  private DecoderConfig.Experts experts(Architecture architecture) {
    int count = integer("expert_count", 0);
    if (count == 0) {
      return NO_EXPERTS;
    }
    boolean v3 = architecture.routerBias();
    boolean qwen = architecture == Architecture.QWEN3_MOE;
    boolean limited = architecture.attention() == Architecture.Kind.LATENT;
    RouterRule rule =
        new RouterRule(
            v3 ? ScoreFunction.SIGMOID : ScoreFunction.SOFTMAX,
            integer("expert_used_count"),
            limited ? integer("expert_group_count", releasedGroups(count)) : 1,
            limited ? integer("expert_group_used_count", releasedActiveGroups(count)) : 1,
            v3,
            metadata.flag(prefix + "expert_weights_norm", v3 || qwen),
            (float) metadata.real(prefix + "expert_weights_scale", 1));
    return new DecoderConfig.Experts(
        count, integer("expert_shared_count", 0), integer("expert_feed_forward_length"), rule);
  }

  /// Groups of V3 (256 experts) and V2 (160), whose early files do not say so.
  private static int releasedGroups(int experts) {
    return experts == 256 || experts == 160 ? 8 : 1;
  }

  private static int releasedActiveGroups(int experts) {
    return switch (experts) {
      case 256 -> 4;
      case 160 -> 3;
      default -> 1;
    };
  }

  private void expect(String key, int found, int expected) {
    if (found != expected) {
      throw new CheckpointException(
          "%s: %s%s: expected %d, found %d; this model is not supported"
              .formatted(gguf.file(), prefix, key, expected, found));
    }
  }

  private int integer(String key) {
    long value = metadata.whole(prefix + key);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new CheckpointException(
          "%s: %s%s: expected 0 to 2^31, found %d".formatted(gguf.file(), prefix, key, value));
    }
    return (int) value;
  }

  private int integer(String key, int otherwise) {
    return metadata.has(prefix + key) ? integer(key) : otherwise;
  }
}
