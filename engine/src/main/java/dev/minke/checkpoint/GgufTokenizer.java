package dev.minke.checkpoint;

import dev.minke.tokenizer.GgufTokenizerFacts;
import dev.minke.tokenizer.GgufTokenizerFacts.Edges;
import dev.minke.tokenizer.GgufTokenizerFacts.Piece;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.ChatTemplate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tokenizer and the chat template that a GGUF model carries in its metadata.
public final class GgufTokenizer {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String TEMPLATE = "tokenizer.chat_template";
  private static final int NORMAL = 1;

  private final Gguf gguf;
  private final GgufMetadata metadata;

  private GgufTokenizer(Gguf gguf) {
    this.gguf = gguf;
    metadata = gguf.metadata();
  }

  /// Reads the tokenizer.
  ///
  /// @throws CheckpointException if the metadata lack it, or its parts differ in length
  /// @throws dev.minke.tokenizer.TokenizerException if it is not one of those that are implemented
  public static Tokenizer read(Gguf gguf) {
    return Tokenizer.of(new GgufTokenizer(gguf).facts());
  }

  /// Reads the chat template; empty if there is none.
  ///
  /// @param clock what a template reads that writes the date
  /// @throws dev.minke.tokenizer.jinja.TemplateException if it is not understood
  static Optional<ChatTemplate> chatTemplate(Gguf gguf, Clock clock) {
    GgufMetadata metadata = gguf.metadata();
    if (!metadata.has(TEMPLATE)) {
      return Optional.empty();
    }
    GgufTokenizer tokenizer = new GgufTokenizer(gguf);
    Map<String, String> tokens = new LinkedHashMap<>();
    tokenizer.name("bos", tokens);
    tokenizer.name("eos", tokens);
    return Optional.of(
        ChatTemplate.compile(
            gguf.file() + ": " + TEMPLATE, metadata.text(TEMPLATE), tokens, clock));
  }

  /// Under the name that templates have for it.
  private void name(String token, Map<String, String> names) {
    Integer id = id(token + "_token_id");
    List<String> all = metadata.texts(PREFIX + "tokens");
    if (id != null && id < all.size()) {
      names.put(token + "_token", all.get(id));
    }
  }

  private GgufTokenizerFacts facts() {
    String model = metadata.text(PREFIX + "model");
    return new GgufTokenizerFacts(
        gguf.file().toString(),
        model,
        metadata.has(PREFIX + "pre") ? metadata.text(PREFIX + "pre") : null,
        pieces(model),
        model.equals("gpt2") ? metadata.texts(PREFIX + "merges") : List.of(),
        edges());
  }

  private List<Piece> pieces(String model) {
    List<String> tokens = metadata.texts(PREFIX + "tokens");
    boolean needsAll = model.equals("llama");
    int[] types =
        needsAll || metadata.has(PREFIX + "token_type")
            ? metadata.ints(PREFIX + "token_type")
            : null;
    float[] scores =
        needsAll || metadata.has(PREFIX + "scores") ? metadata.floats(PREFIX + "scores") : null;
    requireLength(tokens, "token_type", types == null ? tokens.size() : types.length);
    requireLength(tokens, "scores", scores == null ? tokens.size() : scores.length);
    List<Piece> pieces = new ArrayList<>(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      pieces.add(
          new Piece(
              tokens.get(id), types == null ? NORMAL : types[id], scores == null ? 0 : scores[id]));
    }
    return pieces;
  }

  private void requireLength(List<String> tokens, String key, int length) {
    if (length != tokens.size()) {
      throw new CheckpointException(
          "%s: key %s%s: expected %d elements as there are tokens, found %d"
              .formatted(gguf.file(), PREFIX, key, tokens.size(), length));
    }
  }

  private Edges edges() {
    List<Integer> answerEnds = new ArrayList<>();
    for (String key : List.of("eot_token_id", "eom_token_id")) {
      Integer id = id(key);
      if (id != null) {
        answerEnds.add(id);
      }
    }
    String addsBegin = PREFIX + "add_bos_token";
    return new Edges(
        id("bos_token_id"),
        id("eos_token_id"),
        answerEnds,
        metadata.has(addsBegin) ? metadata.flag(addsBegin) : null,
        metadata.flag(PREFIX + "add_space_prefix", true));
  }

  private @Nullable Integer id(String key) {
    if (!metadata.has(PREFIX + key)) {
      return null;
    }
    long id = metadata.whole(PREFIX + key);
    if (id < 0 || id > Integer.MAX_VALUE) {
      throw new CheckpointException(
          "%s: key %s%s: expected the id of a token, found %d"
              .formatted(gguf.file(), PREFIX, key, id));
    }
    return (int) id;
  }
}
