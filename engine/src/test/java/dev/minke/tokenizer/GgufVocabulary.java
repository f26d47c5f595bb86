package dev.minke.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The vocabulary and the merges of a GGUF file, written as the `tokenizer.json` of the same model:
/// a GGUF file names its pre-tokenizer but does not hold it.
final class GgufVocabulary {
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;

  /// Sizes of the numeric types 0 to 12; 8 and 9 are strings and arrays.
  private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  private final ByteBuffer bytes;
  private final Map<String, List<String>> strings = new HashMap<>();
  private final List<Integer> types = new ArrayList<>();

  GgufVocabulary(Path gzipped) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(gzipped))) {
      bytes = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
    bytes.position(Integer.BYTES * 2 + Long.BYTES);
    for (long left = bytes.getLong(); left > 0; left--) {
      value(string(), bytes.getInt());
    }
  }

  /// A `tokenizer.json` that cuts words in these steps, with ByteLevel after them.
  ObjectNode tokenizerJson(JsonNode... steps) {
    ObjectNode root = JsonMapper.shared().createObjectNode();
    ArrayNode cuts =
        root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    for (JsonNode step : steps) {
      cuts.add(step);
    }
    cuts.addObject()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("use_regex", false);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    ArrayNode added = root.putArray("added_tokens");
    List<String> tokens = strings.getOrDefault("tokenizer.ggml.tokens", List.of());
    for (int id = 0; id < tokens.size(); id++) {
      if (types.get(id) == NORMAL) {
        vocabulary.put(tokens.get(id), id);
      } else {
        added
            .addObject()
            .put("id", id)
            .put("content", tokens.get(id))
            .put("special", types.get(id) == CONTROL);
      }
    }
    ArrayNode merges = model.putArray("merges");
    strings.getOrDefault("tokenizer.ggml.merges", List.of()).forEach(merges::add);
    return root;
  }

  private void value(String key, int type) {
    switch (type) {
      case 8 -> strings.put(key, List.of(string()));
      case 9 -> array(key);
      default -> bytes.position(bytes.position() + SIZES[type]);
    }
  }

  private void array(String key) {
    int type = bytes.getInt();
    long length = bytes.getLong();
    List<String> texts = new ArrayList<>();
    for (long i = 0; i < length; i++) {
      if (type == 8) {
        texts.add(string());
      } else if (key.equals("tokenizer.ggml.token_type")) {
        types.add(bytes.getInt());
      } else {
        bytes.position(bytes.position() + SIZES[type]);
      }
    }
    strings.put(key, texts);
  }

  private String string() {
    byte[] text = new byte[(int) bytes.getLong()];
    bytes.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }
}
