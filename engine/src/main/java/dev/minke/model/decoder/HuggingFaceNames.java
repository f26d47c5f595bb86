package dev.minke.model.decoder;

import dev.minke.autograd.Parameter;
import dev.minke.model.WeightName;
import dev.minke.nn.Linear;
import dev.minke.nn.SwiGlu;
import dev.minke.tensor.Shape;
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
    int[] queries = RotaryRows.heads(sizes.heads(), 0, width);
    Linear keyValue = attention.keyValue();
    projection(name + ".q_proj", attention.query(), queries, RotaryRows.IN_HALVES, width);
    projection(name + ".k_proj", keyValue, RotaryRows.keys(sizes), RotaryRows.IN_HALVES, width);
    projection(name + ".v_proj", keyValue, RotaryRows.values(sizes), RotaryRows.IN_PAIRS, width);
    whole(name + ".o_proj.weight", attention.output().weight());
    if (attention.queryNorm() != null && attention.keyNorm() != null) {
      Parameter query = attention.queryNorm().gain();
      Parameter key = attention.keyNorm().gain();
      RotaryRows order = RotaryRows.IN_HALVES;
      add(name + ".q_norm.weight", query.shape(), order.head(query, 0, width));
      add(name + ".k_norm.weight", key.shape(), order.head(key, 0, width));
    }
  }

  /// Weight and bias of some heads of a product; values do not turn.
  private void projection(String name, Linear layer, int[] heads, RotaryRows order, int width) {
    Shape shape = Shape.of(heads.length * width, model.config().dim());
    add(name + ".weight", shape, order.heads(layer.weight(), heads, width));
    if (layer.bias() != null) {
      Shape vector = Shape.of(heads.length * width);
      add(name + ".bias", vector, order.heads(layer.bias(), heads, width));
    }
  }

  private void keysAndValues(String name, LatentAttention attention) {
    DecoderConfig.Latent sizes = attention.sizes();
    List<WeightName.Part> parts = new ArrayList<>();
    for (int head = 0; head < sizes.heads(); head++) {
      int first = head * sizes.nopeDim();
      parts.add(new WeightName.Part(attention.keyUp(), first, sizes.nopeDim()));
      parts.add(
          new WeightName.Part(attention.valueUp(), head * sizes.valueDim(), sizes.valueDim()));
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
    Parameter down = mixture.down();
    int hidden = down.shape().columns();
    int dim = down.shape().size(1);
    for (int expert = 0; expert < gateUp.shape().size(0); expert++) {
      String of = name + ".experts." + expert;
      rows(of + ".gate_proj.weight", gateUp, 2 * expert * hidden, hidden);
      rows(of + ".up_proj.weight", gateUp, (2 * expert + 1) * hidden, hidden);
      rows(of + ".down_proj.weight", down, expert * dim, dim);
    }
    if (mixture.shared() != null) {
      dense(name + ".shared_experts", mixture.shared());
    }
  }

  private void dense(String name, SwiGlu layer) {
    int hidden = layer.hidden();
    rows(name + ".gate_proj.weight", layer.gateUp(), 0, hidden);
    rows(name + ".up_proj.weight", layer.gateUp(), hidden, hidden);
    whole(name + ".down_proj.weight", layer.down());
  }

  private void rows(String name, Parameter parameter, int first, int count) {
    add(
        name,
        Shape.of(count, parameter.shape().columns()),
        List.of(new WeightName.Part(parameter, first, count)));
  }

  private void add(String name, Shape shape, List<WeightName.Part> parts) {
    names.add(new WeightName(name, shape, parts, WeightName.Role.OWN, false));
  }

  private void whole(String name, Parameter parameter) {
    add(name, parameter.shape(), List.of(WeightName.Part.whole(parameter)));
  }

  private void copy(String name, Parameter parameter) {
    again(name, parameter, WeightName.Role.COPY);
  }

  private void spare(String name, Parameter parameter) {
    again(name, parameter, WeightName.Role.SPARE);
  }

  private void again(String name, Parameter parameter, WeightName.Role role) {
    List<WeightName.Part> all = List.of(WeightName.Part.whole(parameter));
    names.add(new WeightName(name, parameter.shape(), all, role, false));
  }
}
