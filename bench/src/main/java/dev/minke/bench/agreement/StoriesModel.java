package dev.minke.bench.agreement;

import dev.minke.checkpoint.GgufValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A Llama of 260 thousand parameters that was trained on stories, from the files of llama2.c:
/// seven I32 of sizes, then F32 tensor by tensor, kind by kind, rotary pairs side by side as in
/// GGUF.
///
/// Rows are 64 and 172 wide, so blocks of 32 fit the former alone and llama.cpp keeps the others in
/// F16.
final class StoriesModel {
  private static final int FIRST_PIECE = 259;

  private final ModelFile file = new ModelFile();
  private final ByteBuffer numbers;
  private final int dim;
  private final int hidden;
  private final int layers;
  private final int heads;
  private final int keyHeads;
  private final int vocab;
  private final int context;

  private StoriesModel(ByteBuffer bytes) {
    dim = bytes.getInt();
    hidden = bytes.getInt();
    layers = bytes.getInt();
    heads = bytes.getInt();
    keyHeads = bytes.getInt();
    vocab = bytes.getInt();
    context = bytes.getInt();
    numbers = bytes;
  }

  /// @param folder that has `stories260K.bin` and `tok512.bin`
  static ModelFile read(Path folder) throws IOException {
    StoriesModel model = new StoriesModel(bytes(folder.resolve("stories260K.bin")));
    model.facts();
    model.tokenizer(bytes(folder.resolve("tok512.bin")).position(Integer.BYTES));
    model.tensors();
    return model.file;
  }

  private static ByteBuffer bytes(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void facts() {
    file.facts()
        .put("general.architecture", "llama")
        .put("general.name", "stories260K")
        .put("llama.block_count", layers)
        .put("llama.context_length", context)
        .put("llama.embedding_length", dim)
        .put("llama.feed_forward_length", hidden)
        .put("llama.attention.head_count", heads)
        .put("llama.attention.head_count_kv", keyHeads)
        .put("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .put("llama.rope.dimension_count", dim / heads)
        .put("llama.rope.freq_base", 10_000f)
        .put("llama.vocab_size", vocab);
  }

  private void tokenizer(ByteBuffer pieces) {
    List<String> tokens = new ArrayList<>();
    int[] types = new int[vocab];
    float[] scores = new float[vocab];
    for (int id = 0; id < vocab; id++) {
      scores[id] = pieces.getFloat();
      byte[] bytes = new byte[pieces.getInt()];
      pieces.get(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      tokens.add(id < FIRST_PIECE ? text.strip() : text.replace(' ', '\u2581'));
      types[id] = id == 0 ? 2 : id < 3 ? 3 : id < FIRST_PIECE ? 6 : 1;
    }
    String a = "tokenizer.ggml.";
    file.facts()
        .put(a + "model", "llama")
        .put(a + "tokens", new GgufValue.Texts(tokens))
        .put(a + "scores", GgufValue.Numbers.of(scores))
        .put(a + "token_type", GgufValue.Numbers.of(types))
        .put(a + "bos_token_id", 1)
        .put(a + "eos_token_id", 2)
        .put(a + "add_bos_token", true);
  }

  private void tensors() {
    int width = dim / heads * keyHeads;
    numbers.position(7 * Integer.BYTES);
    next("token_embd", dim, vocab);
    blocks("attn_norm", dim);
    blocks("attn_q", dim, dim);
    blocks("attn_k", dim, width);
    blocks("attn_v", dim, width);
    blocks("attn_output", dim, dim);
    blocks("ffn_norm", dim);
    blocks("ffn_gate", dim, hidden);
    blocks("ffn_down", hidden, dim);
    blocks("ffn_up", dim, hidden);
    next("output_norm", dim);
  }

  private void blocks(String name, long... shape) {
    for (int layer = 0; layer < layers; layer++) {
      next("blk." + layer + "." + name, shape);
    }
  }

  private void next(String name, long... shape) {
    float[] read = new float[Math.toIntExact(shape.length == 1 ? shape[0] : shape[0] * shape[1])];
    for (int i = 0; i < read.length; i++) {
      read[i] = numbers.getFloat();
    }
    file.tensor(name + ".weight", read, shape);
  }
}
