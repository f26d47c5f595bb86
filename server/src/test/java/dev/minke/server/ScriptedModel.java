package dev.minke.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A model that says what is written here, by its weights: each piece of the script is one token,
/// embeddings are unit vectors, the blocks add nothing, and the head has a large number where one
/// piece follows another. So it thinks, calls tools and sings without end whenever a test wants it,
/// and what it must say is known beforehand.
///
/// | the prompt ends with | it says |
/// |---|---|
/// | `<think>`, where it shall think | a thought, then that the sky is blue |
/// | `</think>` | that the sky is blue |
/// | `<tools>`, where tools are offered | that it looks, then two calls of `weather`; the calls alone where it must not say that; a call of `clock` where it must not begin with that |
/// | `<result>`, after the result of a tool | that it is warm |
/// | `<song>`, after "Sing!" | `la`, without end |
/// | `<think>` and a line end, after "Muse!", where it shall think | a thought without end |
public final class ScriptedModel {
  public static final String THOUGHT = "Light scatters.";
  public static final String ANSWER = "The sky is blue.";
  public static final String LOOK = "Let me look.";
  public static final String WARM = "It is warm.";
  public static final String TOOL = "weather";
  public static final String OTHER_TOOL = "clock";
  public static final String FIRST_ARGUMENTS = "{\"city\": \"Paris\"}";
  public static final String SECOND_ARGUMENTS = "{\"city\": \"Rome\"}";

  /// Tokens of [#ANSWER].
  public static final int ANSWER_TOKENS = 3;

  private static final String END = "<|end|>";
  private static final String CALL =
      "<tool_call>\n{\"name\": \"" + TOOL + "\", \"arguments\": %s}\n</tool_call>";

  private static final String OTHER_CALL =
      "<tool_call>\n{\"name\": \"" + OTHER_TOOL + "\", \"arguments\": {}}\n</tool_call>";

  /// What follows what; nothing more after the last piece of each.
  private static final List<List<String>> SCRIPT =
      List.of(
          List.of("<think>", "Light", " scatters.", "</think>", "The sky", " is blue", ".", END),
          List.of(
              "<tools>",
              LOOK,
              CALL.formatted(FIRST_ARGUMENTS),
              CALL.formatted(SECOND_ARGUMENTS) + "\n",
              END),
          List.of(OTHER_CALL, END),
          List.of("<result>", "It is", " warm.", END),
          List.of("<song>", " la", " la"),
          List.of("\n", " hm", " hm"));

  /// What comes where the script's next piece is not allowed: the first of these that is.
  private static final Map<String, List<String>> OTHERWISE =
      Map.of("<tools>", List.of(CALL.formatted(FIRST_ARGUMENTS), OTHER_CALL));

  private static final String TEMPLATE =
      """
      {%- for m in messages -%}
      <{{ m.role }}>{% if m.reasoning_content %}({{ m.reasoning_content }}){% endif %}{{ m.content }}
      {%- for c in m.tool_calls %}[<tool_call> {{ c.function.name }}]{% endfor -%}
      {%- endfor -%}
      {%- if add_generation_prompt -%}
      {%- if messages[-1].content == 'Sing!' -%}<song>
      {%- elif messages[-1].role == 'tool' -%}<result>
      {%- elif tools -%}<tools>
      {%- elif enable_thinking and messages[-1].content == 'Muse!' -%}<think>{{ '\\n' }}
      {%- elif enable_thinking -%}<think>
      {%- else -%}<think></think>{%- endif -%}
      {%- endif -%}
      """;

  private static final int DIM = 320;
  private static final int CONTEXT = 65_536;
  private static final int HEADS = 2;
  private static final int HEAD_DIM = 16;
  private static final int HIDDEN = 16;

  /// Of a piece that follows: times the root of DIM, since a unit vector is normalized.
  private static final float CERTAIN = 2;

  private ScriptedModel() {}

  /// Writes it.
  public static Path write(Path target) throws IOException {
    Files.createDirectories(target);
    Map<String, Integer> vocabulary = bytes();
    Set<String> pieces = new LinkedHashSet<>(List.of(END));
    SCRIPT.forEach(pieces::addAll);
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (String piece : pieces) {
      ids.put(piece, vocabulary.size() + ids.size());
    }
    int vocab = vocabulary.size() + ids.size();
    Files.writeString(target.resolve("config.json"), config(vocab, ids.get(END)));
    Files.writeString(target.resolve("tokenizer.json"), tokenizer(vocabulary, ids));
    Files.writeString(
        target.resolve("tokenizer_config.json"), "{\"eos_token\": \"%s\"}".formatted(END));
    Files.writeString(target.resolve("chat_template.jinja"), TEMPLATE);
    Files.write(target.resolve("model.safetensors"), weights(vocab, ids));
    return target;
  }

  private static String config(int vocab, int end) {
    return """
    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
     "vocab_size": %d, "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": 1,
     "num_attention_heads": %d, "num_key_value_heads": %d, "head_dim": %d, "rms_norm_eps": 1e-6,
     "rope_theta": 10000.0, "max_position_embeddings": %d, "tie_word_embeddings": false,
     "attention_bias": false, "mlp_bias": false, "eos_token_id": %d, "torch_dtype": "float32"}
    """
        .formatted(vocab, DIM, HIDDEN, HEADS, HEADS, HEAD_DIM, CONTEXT, end);
  }

  /// Bytes in the letters that byte-level tokenizers write them with.
  private static Map<String, Integer> bytes() {
    Map<String, Integer> bytes = new LinkedHashMap<>();
    int others = 0;
    for (int value = 0; value < 256; value++) {
      boolean plain = (value > ' ' && value < 127) || (value > 160 && value < 256 && value != 173);
      bytes.put(Character.toString(plain ? value : 256 + others++), value);
    }
    return bytes;
  }

  private static String tokenizer(Map<String, Integer> vocabulary, Map<String, Integer> ids) {
    ObjectNode json = JsonMapper.shared().createObjectNode().put("version", "1.0");
    ArrayNode added = json.putArray("added_tokens");
    ids.forEach((piece, id) ->
        added
            .addObject()
            .put("id", id)
            .put("content", piece)
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", piece.equals(END)));
    ObjectNode level =
        JsonMapper.shared()
            .createObjectNode()
            .put("type", "ByteLevel")
            .put("add_prefix_space", false)
            .put("trim_offsets", true)
            .put("use_regex", true);
    json.set("pre_tokenizer", level);
    json.set("decoder", level.deepCopy());
    ObjectNode model = json.putObject("model").put("type", "BPE");
    ObjectNode vocab = model.putObject("vocab");
    vocabulary.forEach(vocab::put);
    model.putArray("merges");
    return json.toString();
  }

  private static byte[] weights(int vocab, Map<String, Integer> ids) {
    float[] embedding = new float[vocab * DIM];
    float[] head = new float[vocab * DIM];
    for (int id = 0; id < vocab; id++) {
      embedding[id * DIM + id] = 1;
    }
    for (List<String> chain : SCRIPT) {
      for (int i = 0; i + 1 < chain.size(); i++) {
        head[ids.get(chain.get(i + 1)) * DIM + ids.get(chain.get(i))] = CERTAIN;
      }
    }
    OTHERWISE.forEach((piece, others) -> {
      float weight = CERTAIN;
      for (String other : others) {
        weight /= 2;
        head[ids.get(other) * DIM + ids.get(piece)] = weight;
      }
    });
    for (int id = 0; id < vocab - ids.size(); id++) {
      head[ids.get(END) * DIM + id] = CERTAIN;
    }
    float[] ones = new float[DIM];
    Arrays.fill(ones, 1);
    String layer = "model.layers.0.";
    Tensors tensors = new Tensors();
    tensors.add("model.embed_tokens.weight", embedding, vocab, DIM);
    tensors.add("lm_head.weight", head, vocab, DIM);
    tensors.add("model.norm.weight", ones, DIM);
    tensors.add(layer + "input_layernorm.weight", ones, DIM);
    tensors.add(layer + "post_attention_layernorm.weight", ones, DIM);
    for (String name : List.of("q_proj", "k_proj", "v_proj")) {
      tensors.addZero(layer + "self_attn." + name + ".weight", HEADS * HEAD_DIM, DIM);
    }
    tensors.addZero(layer + "self_attn.o_proj.weight", DIM, HEADS * HEAD_DIM);
    tensors.addZero(layer + "mlp.gate_proj.weight", HIDDEN, DIM);
    tensors.addZero(layer + "mlp.up_proj.weight", HIDDEN, DIM);
    tensors.addZero(layer + "mlp.down_proj.weight", DIM, HIDDEN);
    return tensors.file();
  }

  /// A safetensors file while it is put together.
  private static final class Tensors {
    private final ObjectNode header = JsonMapper.shared().createObjectNode();
    private final List<float[]> data = new ArrayList<>();
    private long end;

    void addZero(String name, int rows, int columns) {
      add(name, new float[rows * columns], rows, columns);
    }

    void add(String name, float[] values, int... shape) {
      ObjectNode one = header.putObject(name).put("dtype", "F32");
      ArrayNode sizes = one.putArray("shape");
      for (int size : shape) {
        sizes.add(size);
      }
      long begin = end;
      end += (long) values.length * Float.BYTES;
      one.putArray("data_offsets").add(begin).add(end);
      data.add(values);
    }

    byte[] file() {
      byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
      ByteBuffer file =
          ByteBuffer.allocate((int) (Long.BYTES + text.length + end))
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(text.length)
              .put(text);
      for (float[] values : data) {
        for (float value : values) {
          file.putFloat(value);
        }
      }
      return file.array();
    }
  }
}
