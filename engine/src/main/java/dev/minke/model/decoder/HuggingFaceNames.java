package dev.minke.model.decoder;

import dev.minke.autograd.Parameter;
import dev.minke.model.WeightName;
import dev.minke.nn.Linear;
import dev.minke.nn.SwiGlu;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// The table of tensor names in Hugging Face files.
///
/// Stacked and fused masters map to slices: an expert's gate is the first half of its rows, and
/// `kv_b_proj` is, head by head, the key rows and then the value rows. The predictor is stored as
/// one layer more, with copies of embedding and head.
final class HuggingFaceNames {
  private final DecoderModel model;
  private final List<WeightName> names = new ArrayList<>();

  HuggingFaceNames(DecoderModel model) {
    this.model = model;
  }

  List<WeightName> all() {
    whole("model.embed_tokens.weight", model.embedding().table());
    for (Block block : model.blocks()) {
      block("model.layers." + block.index(), block);
    }
    whole("model.norm.weight", model.norm().gain());
    if (model.config().tiedHead()) {
      spare("lm_head.weight", model.embedding().table());
    } else {
      whole("lm_head.weight", model.output().weight());
    }
    MultiTokenPredictor predictor = model.predictor();
    if (predictor != null) {
      String name = "model.layers." + predictor.block().index();
      copy(name + ".embed_tokens.weight", model.embedding().table());
      whole(name + ".enorm.weight", predictor.embeddingNorm().gain());
      whole(name + ".hnorm.weight", predictor.hiddenNorm().gain());
      whole(name + ".eh_proj.weight", predictor.join().weight());
      block(name, predictor.block());
      whole(name + ".shared_head.norm.weight", predictor.norm().gain());
      copy(name + ".shared_head.head.weight", model.output().weight());
    }
    return List.copyOf(names);
  }

  private void block(String name, Block block) {
    whole(name + ".input_layernorm.weight", block.attentionNorm().gain());
    switch (block.attention()) {
      case LatentAttention latent -> attention(name + ".self_attn", latent);
      case GroupedQueryAttention grouped -> attention(name + ".self_attn", grouped);
    }
    whole(name + ".post_attention_layernorm.weight", block.feedForwardNorm().gain());
    switch (block.feedForward()) {
      case FeedForward.Dense(var layer) -> dense(name + ".mlp", layer);
      case MixtureOfExperts mixture -> mixture(name + ".mlp", mixture);
    }
  }

  private void attention(String name, LatentAttention attention) {
    if (attention.queryDown() != null && attention.queryNorm() != null) {
      whole(name + ".q_a_proj.weight", attention.queryDown().weight());
      whole(name + ".q_a_layernorm.weight", attention.queryNorm().gain());
      whole(name + ".q_b_proj.weight", attention.queryUp().weight());
    } else {
      whole(name + ".q_proj.weight", attention.queryUp().weight());
    }
    whole(name + ".kv_a_proj_with_mqa.weight", attention.latentDown().weight());
    whole(name + ".kv_a_layernorm.weight", attention.latentNorm().gain());
    keysAndValues(name + ".kv_b_proj.weight", attention);
    whole(name + ".o_proj.weight", attention.output().weight());
  }

  private void attention(String name, GroupedQueryAttention attention) {
    DecoderConfig.Grouped sizes = attention.sizes();
    int width = sizes.headDim();
    projection(name + ".q_proj", attention.query(), sizes.heads(), 0, 1, width);
    projection(name + ".k_proj", attention.keyValue(), sizes.keyHeads(), 0, 2, width);
    projection(name + ".v_proj", attention.keyValue(), sizes.keyHeads(), 1, 2, width);
    whole(name + ".o_proj.weight", attention.output().weight());
    if (attention.queryNorm() != null && attention.keyNorm() != null) {
      Parameter query = attention.queryNorm().gain();
      Parameter key = attention.keyNorm().gain();
      add(name + ".q_norm.weight", query.shape(), halves(query, 0, width));
      add(name + ".k_norm.weight", key.shape(), halves(key, 0, width));
    }
  }

  /// Weight and bias of some heads of a product.
  ///
  /// @param offset of the first of these heads in the product, `stride` of them one after the
  ///   other; the second of a pair are values, which do not turn
  private void projection(String name, Linear layer, int heads, int offset, int stride, int width) {
    Parameter bias = layer.bias();
    List<WeightName.Part> weights = new ArrayList<>();
    List<WeightName.Part> biases = new ArrayList<>();
    for (int head = 0; head < heads; head++) {
      int first = (stride * head + offset) * width;
      weights.addAll(
          offset == 0
              ? halves(layer.weight(), first, width)
              : inOrder(layer.weight(), first, width));
      if (bias != null) {
        biases.addAll(offset == 0 ? halves(bias, first, width) : inOrder(bias, first, width));
      }
    }
    add(name + ".weight", Shape.of(heads * width, model.config().dim()), weights);
    if (bias != null) {
      add(name + ".bias", Shape.of(heads * width), biases);
    }
  }

  /// What a head has, as files have it: pairs that turn together lie half a head apart there, side
  /// by side here.
  private static List<WeightName.Part> halves(Parameter parameter, int first, int width) {
    List<WeightName.Part> parts = new ArrayList<>();
    for (int half = 0; half < 2; half++) {
      for (int index = first + half; index < first + width; index += 2) {
        parts.addAll(inOrder(parameter, index, 1));
      }
    }
    return parts;
  }

  /// Rows of a matrix, or elements of a vector.
  private static List<WeightName.Part> inOrder(Parameter parameter, int first, int count) {
    Tensor value = parameter.value();
    Tensor view =
        value.shape().rank() == 1
            ? value.columns(first, first + count)
            : value.rows(first, first + count);
    return List.of(new WeightName.Part(parameter, view));
  }

  private void keysAndValues(String name, LatentAttention attention) {
    DecoderConfig.Latent sizes = attention.sizes();
    List<WeightName.Part> parts = new ArrayList<>();
    for (int head = 0; head < sizes.heads(); head++) {
      parts.add(slice(attention.keyUp(), head));
      parts.add(slice(attention.valueUp(), head));
    }
    int rows = sizes.heads() * (sizes.nopeDim() + sizes.valueDim());
    add(name, Shape.of(rows, sizes.latentDim()), parts);
  }

  private void mixture(String name, MixtureOfExperts mixture) {
    whole(name + ".gate.weight", mixture.router().scores().weight());
    if (model.config().architecture().routerBias()) {
      whole(name + ".gate.e_score_correction_bias", mixture.router().bias());
    }
    Parameter gateUp = mixture.gateUp();
    int hidden = mixture.down().shape().columns();
    for (int expert = 0; expert < gateUp.shape().size(0); expert++) {
      String of = name + ".experts." + expert;
      Tensor both = gateUp.value().slice(expert);
      rows(of + ".gate_proj.weight", gateUp, both.rows(0, hidden));
      rows(of + ".up_proj.weight", gateUp, both.rows(hidden, 2 * hidden));
      rows(of + ".down_proj.weight", mixture.down(), mixture.down().value().slice(expert));
    }
    if (mixture.shared() != null) {
      dense(name + ".shared_experts", mixture.shared());
    }
  }

  private void dense(String name, SwiGlu layer) {
    Tensor both = layer.gateUp().value();
    int hidden = layer.hidden();
    rows(name + ".gate_proj.weight", layer.gateUp(), both.rows(0, hidden));
    rows(name + ".up_proj.weight", layer.gateUp(), both.rows(hidden, 2 * hidden));
    whole(name + ".down_proj.weight", layer.down());
  }

  private static WeightName.Part slice(Parameter parameter, int group) {
    return new WeightName.Part(parameter, parameter.value().slice(group));
  }

  private void rows(String name, Parameter parameter, Tensor view) {
    add(name, view.shape(), List.of(new WeightName.Part(parameter, view)));
  }

  private void add(String name, Shape shape, List<WeightName.Part> parts) {
    names.add(new WeightName(name, shape, parts, WeightName.Role.OWN));
  }

  private void whole(String name, Parameter parameter) {
    rows(name, parameter, parameter.value());
  }

  private void copy(String name, Parameter parameter) {
    again(name, parameter, WeightName.Role.COPY);
  }

  private void spare(String name, Parameter parameter) {
    again(name, parameter, WeightName.Role.SPARE);
  }

  private void again(String name, Parameter parameter, WeightName.Role role) {
    WeightName.Part all = new WeightName.Part(parameter, parameter.value());
    names.add(new WeightName(name, parameter.shape(), List.of(all), role));
  }
}
