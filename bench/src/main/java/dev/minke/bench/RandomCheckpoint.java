package dev.minke.bench;

import dev.minke.checkpoint.GgmlType;
import dev.minke.checkpoint.GgufValue;
import dev.minke.checkpoint.GgufWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Writes a GGUF file of DeepSeek-V2-Lite's shape with random weights: 15.7 billion of them, in a
/// type that is asked for. What is measured on it is size, time and memory; its answers mean
/// nothing.
///
/// Not random are gains (1) and the scales of blocks, which give weights a deviation of about 0.02.
public final class RandomCheckpoint {
  private static final int VOCAB = 102_400;
  private static final int DIM = 2048;
  private static final int LAYERS = 27;
  private static final int HEADS = 16;
  private static final int LATENT = 512;
  private static final int NOPE = 128;
  private static final int ROPE = 64;
  private static final int DENSE = 10_944;
  private static final int EXPERTS = 64;
  private static final int HIDDEN = 1408;
  private static final int SHARED = 2;
  private static final int CHUNK_BYTES = 4 << 20;
  private static final int BYTES_OF_LETTERS = 256;

  private final GgmlType type;
  private final GgufWriter writer = new GgufWriter();
  private long seed;

  private RandomCheckpoint(GgmlType type) {
    this.type = type;
  }

  /// `Q4_0 v2-lite.gguf`, or `BF16 …`, `Q8_0 …`.
  public static void main(String[] arguments) {
    GgmlType type =
        arguments.length != 2
            ? null
            : List.of(GgmlType.Q4_0, GgmlType.Q8_0, GgmlType.BF16).stream()
                .filter(one -> one.name().equals(arguments[0]))
                .findFirst()
                .orElse(null);
    if (type == null) {
      System.err.println("random checkpoint: expected Q4_0, Q8_0 or BF16 and a file to write");
      System.exit(2);
      return;
    }
    RandomCheckpoint checkpoint = new RandomCheckpoint(type);
    checkpoint.facts();
    checkpoint.tokenizer();
    checkpoint.tensors();
    checkpoint.writer.write(Path.of(arguments[1]));
  }

  private void facts() {
    String a = "deepseek2.";
    writer
        .put("general.architecture", "deepseek2")
        .put("general.name", "random weights of DeepSeek-V2-Lite's shape")
        .put(a + "block_count", LAYERS)
        .put(a + "context_length", 163_840)
        .put(a + "embedding_length", DIM)
        .put(a + "feed_forward_length", DENSE)
        .put(a + "attention.head_count", HEADS)
        .put(a + "attention.head_count_kv", 1)
        .put(a + "attention.layer_norm_rms_epsilon", 1e-6f)
        .put(a + "rope.freq_base", 10_000f)
        .put(a + "leading_dense_block_count", 1)
        .put(a + "vocab_size", VOCAB)
        .put(a + "attention.kv_lora_rank", LATENT)
        .put(a + "attention.key_length", LATENT + ROPE)
        .put(a + "attention.value_length", LATENT)
        .put(a + "attention.key_length_mla", NOPE + ROPE)
        .put(a + "attention.value_length_mla", NOPE)
        .put(a + "expert_feed_forward_length", HIDDEN)
        .put(a + "expert_count", EXPERTS)
        .put(a + "expert_used_count", 6)
        .put(a + "expert_shared_count", SHARED)
        .put(a + "expert_weights_scale", 1f)
        .put(a + "expert_weights_norm", false)
        .put(a + "expert_gating_func", 1)
        .put(a + "rope.dimension_count", ROPE)
        .put(a + "rope.scaling.type", "yarn")
        .put(a + "rope.scaling.factor", 40f)
        .put(a + "rope.scaling.original_context_length", 4096)
        .put(a + "rope.scaling.yarn_log_multiplier", 0.0707f);
  }

  /// A token for each byte, two control tokens; the others are texts that no merge leads to.
  private void tokenizer() {
    List<String> tokens = new ArrayList<>();
    int next = BYTES_OF_LETTERS;
    for (int b = 0; b < BYTES_OF_LETTERS; b++) {
      boolean printed = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      tokens.add(Character.toString(printed ? b : next++));
    }
    while (tokens.size() < VOCAB) {
      tokens.add("<unused" + tokens.size() + ">");
    }
    int[] types = new int[VOCAB];
    for (int id = 0; id < VOCAB; id++) {
      boolean isControl = id == BYTES_OF_LETTERS || id == BYTES_OF_LETTERS + 1;
      types[id] = isControl ? 3 : 1;
    }
    String a = "tokenizer.ggml.";
    writer
        .put(a + "model", "gpt2")
        .put(a + "pre", "deepseek-llm")
        .put(a + "tokens", new GgufValue.Texts(tokens))
        .put(a + "token_type", GgufValue.Numbers.of(types))
        .put(a + "merges", new GgufValue.Texts(List.of()))
        .put(a + "bos_token_id", BYTES_OF_LETTERS)
        .put(a + "eos_token_id", BYTES_OF_LETTERS + 1);
  }

  private void tensors() {
    weight("token_embd", DIM, VOCAB);
    for (int layer = 0; layer < LAYERS; layer++) {
      String b = "blk." + layer + ".";
      ones(b + "attn_norm", DIM);
      weight(b + "attn_q", DIM, HEADS * (NOPE + ROPE));
      weight(b + "attn_kv_a_mqa", DIM, LATENT + ROPE);
      ones(b + "attn_kv_a_norm", LATENT);
      weight(b + "attn_k_b", NOPE, LATENT, HEADS);
      weight(b + "attn_v_b", LATENT, NOPE, HEADS);
      weight(b + "attn_output", HEADS * NOPE, DIM);
      ones(b + "ffn_norm", DIM);
      if (layer == 0) {
        weight(b + "ffn_gate", DIM, DENSE);
        weight(b + "ffn_up", DIM, DENSE);
        weight(b + "ffn_down", DENSE, DIM);
      } else {
        tensor(b + "ffn_gate_inp", GgmlType.F32, DIM, EXPERTS);
        weight(b + "ffn_gate_exps", DIM, HIDDEN, EXPERTS);
        weight(b + "ffn_up_exps", DIM, HIDDEN, EXPERTS);
        weight(b + "ffn_down_exps", HIDDEN, DIM, EXPERTS);
        weight(b + "ffn_gate_shexp", DIM, SHARED * HIDDEN);
        weight(b + "ffn_up_shexp", DIM, SHARED * HIDDEN);
        weight(b + "ffn_down_shexp", SHARED * HIDDEN, DIM);
      }
    }
    ones("output_norm", DIM);
    weight("output", DIM, VOCAB);
  }

  private void weight(String name, long... shape) {
    tensor(name, type, shape);
  }

  private void tensor(String name, GgmlType of, long... shape) {
    List<Long> sizes = new ArrayList<>();
    long elements = 1;
    for (long size : shape) {
      sizes.add(size);
      elements *= size;
    }
    long bytes = elements / of.blockElements() * of.blockBytes();
    long from = seed++;
    writer.tensor(name + ".weight", of, sizes, channel -> random(of, bytes, from, channel));
  }

  private void ones(String name, long size) {
    writer.tensor(
        name + ".weight",
        GgmlType.F32,
        List.of(size),
        channel -> {
          ByteBuffer ones = ByteBuffer.allocate((int) (4 * size)).order(ByteOrder.LITTLE_ENDIAN);
          while (ones.hasRemaining()) {
            ones.putFloat(1);
          }
          write(channel, ones.flip());
        });
  }

  private static void random(GgmlType type, long bytes, long seed, WritableByteChannel channel)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int block = type.blockBytes();
    int most = CHUNK_BYTES / (8 * block) * (8 * block);
    ByteBuffer chunk = ByteBuffer.allocateDirect(most).order(ByteOrder.LITTLE_ENDIAN);
    for (long done = 0; done < bytes; done += chunk.limit()) {
      chunk.clear().limit((int) Math.min(most, bytes - done));
      fill(type, chunk, random);
      write(channel, chunk);
    }
  }

  private static void fill(GgmlType type, ByteBuffer chunk, SplittableRandom random) {
    int block = type.blockBytes();
    for (int at = 0; at + 8 <= chunk.limit(); at += 8) {
      chunk.putLong(at, random.nextLong());
    }
    for (int at = 0; at + block <= chunk.limit(); at += block) {
      float uniform = (chunk.getShort(at) + 0.5f) / 32_768;
      switch (type) {
        case F32 -> chunk.putFloat(at, 0.035f * uniform);
        case BF16 -> chunk.putShort(at, (short) (Float.floatToIntBits(0.035f * uniform) >>> 16));
        case Q8_0 -> chunk.putShort(at, Float.floatToFloat16(0.035f / 128));
        default -> chunk.putShort(at, Float.floatToFloat16(0.035f / 8));
      }
    }
  }

  private static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
