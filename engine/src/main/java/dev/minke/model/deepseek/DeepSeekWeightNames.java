package dev.minke.model.deepseek;

import dev.minke.autograd.Parameter;
import dev.minke.model.WeightName;
import dev.minke.nn.SwiGlu;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// The table of tensor names in the released files of `llama`, `deepseek`, `deepseek_v2` and
/// `deepseek_v3`.
///
/// Stacked and fused masters map to slices: an expert's gate is the first half of its rows, and
/// `kv_b_proj` is, head by head, the key rows and then the value rows. The predictor is stored as
/// one layer more, with copies of embedding and head.
final class DeepSeekWeightNames {
  private final DeepSeekModel model;
  private final List<WeightName> names = new ArrayList<>();

  DeepSeekWeightNames(DeepSeekModel model) {
    this.model = model;
  }

  List<WeightName> all() {
    whole("model.embed_tokens.weight", model.embedding().table());
    for (Block block : model.blocks()) {
      block("model.layers." + block.index(), block);
    }
    whole("model.norm.weight", model.norm().gain());
    whole("lm_head.weight", model.output().weight());
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
    DeepSeekConfig.Grouped sizes = attention.sizes();
    int width = sizes.headDim();
    List<WeightName.Part> queries = new ArrayList<>();
    for (int head = 0; head < sizes.heads(); head++) {
      addHalves(queries, attention.query().weight(), head * width, width);
    }
    List<WeightName.Part> keys = new ArrayList<>();
    List<WeightName.Part> values = new ArrayList<>();
    Parameter both = attention.keyValue().weight();
    for (int head = 0; head < sizes.keyHeads(); head++) {
      int first = 2 * head * width;
      addHalves(keys, both, first, width);
      values.add(new WeightName.Part(both, both.value().rows(first + width, first + 2 * width)));
    }
    int dim = model.config().dim();
    Shape queryShape = Shape.of(sizes.heads() * width, dim);
    Shape keyShape = Shape.of(sizes.keyHeads() * width, dim);
    names.add(new WeightName(name + ".q_proj.weight", queryShape, queries, false));
    names.add(new WeightName(name + ".k_proj.weight", keyShape, keys, false));
    names.add(new WeightName(name + ".v_proj.weight", keyShape, values, false));
    whole(name + ".o_proj.weight", attention.output().weight());
  }

  /// The rows of a head as files have them: pairs that turn together lie half a head apart there,
  /// side by side here.
  private static void addHalves(
      List<WeightName.Part> parts, Parameter parameter, int first, int width) {
    for (int half = 0; half < 2; half++) {
      for (int row = first + half; row < first + width; row += 2) {
        parts.add(new WeightName.Part(parameter, parameter.value().rows(row, row + 1)));
      }
    }
  }

  private void keysAndValues(String name, LatentAttention attention) {
    DeepSeekConfig.Latent sizes = attention.sizes();
    List<WeightName.Part> parts = new ArrayList<>();
    for (int head = 0; head < sizes.heads(); head++) {
      parts.add(slice(attention.keyUp(), head));
      parts.add(slice(attention.valueUp(), head));
    }
    int rows = sizes.heads() * (sizes.nopeDim() + sizes.valueDim());
    names.add(new WeightName(name, Shape.of(rows, sizes.latentDim()), parts, false));
  }

  private void mixture(String name, MixtureOfExperts mixture) {
    whole(name + ".gate.weight", mixture.router().scores().weight());
    if (model.config().generation() == DeepSeekConfig.Generation.V3) {
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
    names.add(
        new WeightName(name, view.shape(), List.of(new WeightName.Part(parameter, view)), false));
  }

  private void whole(String name, Parameter parameter) {
    rows(name, parameter, parameter.value());
  }

  private void copy(String name, Parameter parameter) {
    names.add(
        new WeightName(
            name,
            parameter.shape(),
            List.of(new WeightName.Part(parameter, parameter.value())),
            true));
  }
}
