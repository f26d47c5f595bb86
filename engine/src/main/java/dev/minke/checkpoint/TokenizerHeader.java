package dev.minke.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a tokenizer is, whether or not it is implemented here; its tokens are counted, not kept.
///
/// @param kind in words: `byte-level BPE`
/// @param vocabulary one past the highest id
/// @param preTokenizer its name, or the steps that it takes; null if the files do not say
public record TokenizerHeader(String kind, long vocabulary, @Nullable String preTokenizer) {
  private static final String BYTE_LEVEL = "ByteLevel";
  private static final String BYTES = "byte-level BPE";
  private static final String PIECES = "SentencePiece BPE";

  /// Sequences in sequences; one level has been seen.
  private static final int MOST_DEPTH = 8;

  /// A tenth of them has been seen; a text says no more.
  private static final int MOST_STEPS = 100;

  private static final String TOKENS = "tokenizer.ggml.tokens";

  /// What stands in a GGUF file; null if it has no tokenizer.
  static @Nullable TokenizerHeader of(GgufMetadata metadata) {
    String model = metadata.text("tokenizer.ggml.model", "");
    if (model.isEmpty()) {
      return null;
    }
    String kind =
        switch (model) {
          case "gpt2" -> BYTES;
          case "llama" -> PIECES;
          case "bert" -> "WordPiece";
          case "t5" -> "Unigram";
          default -> model;
        };
    return new TokenizerHeader(
        kind,
        metadata.has(TOKENS) ? metadata.texts(TOKENS).size() : 0,
        metadata.has("tokenizer.ggml.pre") ? metadata.text("tokenizer.ggml.pre") : null);
  }

  /// What a `tokenizer.json` says.
  ///
  /// @throws CheckpointException if it is damaged
  static TokenizerHeader read(Path file) {
    JsonBytes json = JsonBytes.of(file);
    Reader reader = new Reader(json);
    reader.read();
    json.end();
    return reader.header();
  }

  /// Reads a file token by token: vocabulary and merges are most of it. Mutable, for one file.
  private static final class Reader {
    private final JsonBytes json;
    private final List<String> steps = new ArrayList<>();
    private String type = "BPE";
    private boolean fallsBack;
    private long highest = -1;

    Reader(JsonBytes json) {
      this.json = json;
    }

    TokenizerHeader header() {
      String kind = type;
      if (type.equals("BPE")) {
        boolean bytes = steps.contains(BYTE_LEVEL);
        kind = bytes ? BYTES : fallsBack ? PIECES : type;
      }
      return new TokenizerHeader(kind, highest + 1, steps.isEmpty() ? null : words());
    }

    /// Steps in order, repeated ones counted.
    private String words() {
      List<String> words = new ArrayList<>();
      for (int i = 0, run = 1; i < steps.size(); i++, run++) {
        if (i + 1 == steps.size() || !steps.get(i + 1).equals(steps.get(i))) {
          words.add(run == 1 ? steps.get(i) : "%d × %s".formatted(run, steps.get(i)));
          run = 0;
        }
      }
      return String.join(", ", words);
    }

    void read() {
      json.enter('{');
      while (json.more('}')) {
        switch (json.key()) {
          case "added_tokens" -> addedTokens();
          case "pre_tokenizer" -> step(0);
          case "model" -> model();
          default -> json.skip();
        }
      }
    }

    private void addedTokens() {
      if (json.peek() != '[') {
        json.skip();
        return;
      }
      json.enter('[');
      while (json.more(']')) {
        json.enter('{');
        while (json.more('}')) {
          if (json.key().equals("id")) {
            see(json.natural());
          } else {
            json.skip();
          }
        }
      }
    }

    /// A step, or a sequence of them.
    private void step(int depth) {
      if (json.peek() != '{' || depth == MOST_DEPTH) {
        json.skip();
        return;
      }
      json.enter('{');
      while (json.more('}')) {
        String key = json.key();
        if (key.equals("type")) {
          String step = json.text();
          if (!step.equals("Sequence") && steps.size() < MOST_STEPS) {
            steps.add(step);
          }
        } else if (key.equals("pretokenizers") && json.peek() == '[') {
          json.enter('[');
          while (json.more(']')) {
            step(depth + 1);
          }
        } else {
          json.skip();
        }
      }
    }

    private void model() {
      if (json.peek() != '{') {
        json.skip();
        return;
      }
      json.enter('{');
      while (json.more('}')) {
        switch (json.key()) {
          case "type" -> type = json.text();
          case "byte_fallback" -> {
            fallsBack = json.peek() == 't';
            json.skip();
          }
          case "vocab" -> vocabulary();
          default -> json.skip();
        }
      }
    }

    /// Ids by token, or a list of tokens with their scores.
    private void vocabulary() {
      if (json.peek() == '{') {
        json.enter('{');
        while (json.more('}')) {
          json.skipKey();
          see(json.natural());
        }
      } else {
        json.enter('[');
        for (int id = 0; json.more(']'); id++) {
          see(id);
          json.skip();
        }
      }
    }

    private void see(long id) {
      highest = Math.max(highest, id);
    }
  }
}
