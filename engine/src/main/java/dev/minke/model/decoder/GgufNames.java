package dev.minke.model.decoder;

import dev.minke.autograd.Parameter;
import dev.minke.model.WeightName;
import dev.minke.nn.Linear;
import dev.minke.nn.SwiGlu;
import dev.minke.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The table of tensor names in GGUF files, of both generations of `deepseek2`: `attn_kv_b` whole,
/// or cut into `attn_k_b`, turned for the absorbed form, and `attn_v_b`.
///
/// Experts are stacked there as here. Rotary pairs lie side by side in `llama` and `deepseek2`
/// files, half a head apart in those of Qwen.
final class GgufNames {
  private final DecoderModel model;
  private final Set<String> present;
  private final List<WeightName> names = new ArrayList<>();

  /// @param present names of the file, which tell its generation
  GgufNames(DecoderModel model, Set<String> present) {
    this.model = model;
    this.present = Set.copyOf(present);
  }

  List<WeightName> all() {
    whole("token_embd.weight", model.embedding().table());
    for (Block block : model.blocks()) {
      block("blk." + block.index() + ".", block);
    }
    whole("output_norm.weight", model.norm().gain());
    if (model.config().tiedHead()) {
      again("output.weight", model.embedding().table());
    } else {
      whole("output.weight", model.output().weight());
    }
    MultiTokenPredictor predictor = model.predictor();
    if (predictor != null) {
      String name = "blk." + predictor.block().index() + ".";
      again(name + "nextn.embed_tokens.weight", model.embedding().table());
      whole(name + "nextn.enorm.weight", predictor.embeddingNorm().gain());
      whole(name + "nextn.hnorm.weight", predictor.hiddenNorm().gain());
      whole(name + "nextn.eh_proj.weight", predictor.join().weight());
      block(name, predictor.block());
      whole(name + "nextn.shared_head_norm.weight", predictor.norm().gain());
      again(name + "nextn.shared_head_head.weight", model.output().weight());
    }
    return List.copyOf(names);
  }

  private void block(String name, Block block) {
    whole(name + "attn_norm.weight", block.attentionNorm().gain());
    switch (block.attention()) {
      case LatentAttention latent -> attention(name, latent);
      case GroupedQueryAttention grouped -> attention(name, grouped);
    }
    whole(name + "ffn_norm.weight", block.feedForwardNorm().gain());
    switch (block.feedForward()) {
      case FeedForward.Dense(var layer) -> dense(name, "", layer);
      case MixtureOfExperts mixture -> mixture(name, mixture);
    }
  }

  private void attention(String name, LatentAttention attention) {
    if (attention.queryDown() != null && attention.queryNorm() != null) {
      whole(name + "attn_q_a.weight", attention.queryDown().weight());
      whole(name + "attn_q_a_norm.weight", attention.queryNorm().gain());
      whole(name + "attn_q_b.weight", attention.queryUp().weight());
    } else {
      whole(name + "attn_q.weight", attention.queryUp().weight());
    }
    whole(name + "attn_kv_a_mqa.weight", attention.latentDown().weight());
    whole(name + "attn_kv_a_norm.weight", attention.latentNorm().gain());
    keysAndValues(name, attention);
    whole(name + "attn_output.weight", attention.output().weight());
  }

  /// A file that has both forms is read by the older one.
  private void keysAndValues(String name, LatentAttention attention) {
    DecoderConfig.Latent sizes = attention.sizes();
    Parameter keyUp = attention.keyUp();
    Parameter valueUp = attention.valueUp();
    if (!present.contains(name + "attn_kv_b.weight")) {
      Shape turned = Shape.of(sizes.heads(), sizes.latentDim(), sizes.nopeDim());
      List<WeightName.Part> all = List.of(WeightName.Part.whole(keyUp));
      names.add(new WeightName(name + "attn_k_b.weight", turned, all, WeightName.Role.OWN, true));
      whole(name + "attn_v_b.weight", valueUp);
      return;
    }
    List<WeightName.Part> parts = new ArrayList<>();
    for (int head = 0; head < sizes.heads(); head++) {
      parts.add(new WeightName.Part(keyUp, head * sizes.nopeDim(), sizes.nopeDim()));
      parts.add(new WeightName.Part(valueUp, head * sizes.valueDim(), sizes.valueDim()));
    }
    int rows = sizes.heads() * (sizes.nopeDim() + sizes.valueDim());
    add(name + "attn_kv_b.weight", Shape.of(rows, sizes.latentDim()), parts);
    again(name + "attn_k_b.weight", keyUp);
    again(name + "attn_v_b.weight", valueUp);
  }

  private void attention(String name, GroupedQueryAttention attention) {
    DecoderConfig.Grouped sizes = attention.sizes();
    int width = sizes.headDim();
    RotaryRows order =
        model.config().architecture().ggufTurned() ? RotaryRows.IN_PAIRS : RotaryRows.IN_HALVES;
    Linear query = attention.query();
    Linear keyValue = attention.keyValue();
    projection(name + "attn_q", query, RotaryRows.heads(sizes.heads(), 0, width), order, width);
    projection(name + "attn_k", keyValue, RotaryRows.keys(sizes), order, width);
    projection(name + "attn_v", keyValue, RotaryRows.values(sizes), RotaryRows.IN_PAIRS, width);
    whole(name + "attn_output.weight", attention.output().weight());
    if (attention.queryNorm() != null && attention.keyNorm() != null) {
      Parameter queryGain = attention.queryNorm().gain();
      Parameter keyGain = attention.keyNorm().gain();
      add(name + "attn_q_norm.weight", queryGain.shape(), order.head(queryGain, 0, width));
      add(name + "attn_k_norm.weight", keyGain.shape(), order.head(keyGain, 0, width));
    }
  }

  private void projection(String name, Linear layer, int[] heads, RotaryRows order, int width) {
    Shape shape = Shape.of(heads.length * width, model.config().dim());
    add(name + ".weight", shape, order.heads(layer.weight(), heads, width));
    if (layer.bias() != null) {
      Shape vector = Shape.of(heads.length * width);
      add(name + ".bias", vector, order.heads(layer.bias(), heads, width));
    }
  }

  private void mixture(String name, MixtureOfExperts mixture) {
    whole(name + "ffn_gate_inp.weight", mixture.router().scores().weight());
    if (model.config().architecture().routerBias()) {
      whole(name + "exp_probs_b.bias", mixture.router().bias());
    }
    Parameter both = mixture.gateUp();
    if (present.contains(name + "ffn_gate_up_exps.weight")) {
      whole(name + "ffn_gate_up_exps.weight", both);
    } else {
      half(name + "ffn_gate_exps.weight", both, 0);
      half(name + "ffn_up_exps.weight", both, 1);
    }
    whole(name + "ffn_down_exps.weight", mixture.down());
    if (mixture.shared() != null) {
      dense(name, "_shexp", mixture.shared());
    }
  }

  /// The gate or the up rows of all experts.
  private void half(String name, Parameter gateUp, int half) {
    int experts = gateUp.shape().size(0);
    int hidden = gateUp.shape().size(1) / 2;
    List<WeightName.Part> parts = new ArrayList<>();
    for (int expert = 0; expert < experts; expert++) {
      parts.add(new WeightName.Part(gateUp, (2 * expert + half) * hidden, hidden));
    }
    add(name, Shape.of(experts, hidden, gateUp.shape().columns()), parts);
  }

  private void dense(String name, String kind, SwiGlu layer) {
    int hidden = layer.hidden();
    rows(name + "ffn_gate" + kind + ".weight", layer.gateUp(), 0, hidden);
    rows(name + "ffn_up" + kind + ".weight", layer.gateUp(), hidden, hidden);
    whole(name + "ffn_down" + kind + ".weight", layer.down());
  }

  private void rows(String name, Parameter parameter, int first, int count) {
    Shape shape = Shape.of(count, parameter.shape().columns());
    add(name, shape, List.of(new WeightName.Part(parameter, first, count)));
  }

  private void whole(String name, Parameter parameter) {
    add(name, parameter.shape(), List.of(WeightName.Part.whole(parameter)));
  }

  private void again(String name, Parameter parameter) {
    List<WeightName.Part> all = List.of(WeightName.Part.whole(parameter));
    names.add(new WeightName(name, parameter.shape(), all, WeightName.Role.SPARE, false));
  }

  private void add(String name, Shape shape, List<WeightName.Part> parts) {
    names.add(new WeightName(name, shape, parts, WeightName.Role.OWN, false));
  }
}
