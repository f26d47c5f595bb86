package dev.minke.tokenizer;

import dev.minke.input.JsonFile;
import dev.minke.input.RegularFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads one tokenizer from Hugging Face's files.
final class TokenizerReader {
  private static final String END_OF_TEXT = "<|endoftext|>";

  /// The largest list of merges has a twentieth of it.
  private static final int MOST_MERGES_BYTES = 100 << 20;

  /// More ids than any tokenizer has; a higher one would only reserve memory.
  private static final int MOST_IDS = 1 << 24;

  /// So many ids may be left out, whatever the number of tokens.
  private static final int HOLES = 1 << 16;

  private final Path file;

  /// One past the highest id that the number of tokens explains.
  private int mostIds = MOST_IDS;

  TokenizerReader(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  Tokenizer read() throws IOException {
    try {
      return tokenizer(object(file));
    } catch (TokenizerException e) {
      throw e.of(file);
    }
  }

  private Tokenizer tokenizer(JsonNode root) throws IOException {
    for (String option : List.of("truncation", "padding")) {
      if (!root.path(option).isMissingNode() && !root.path(option).isNull()) {
        throw refused(option, root.path(option).toString(), "null; remove it from the file");
      }
    }
    JsonNode model = root.path("model");
    checkModel(model);
    long tokens = (long) model.path("vocab").size() + root.path("added_tokens").size();
    mostIds = (int) Math.min(MOST_IDS, HOLES + 4 * tokens);
    List<AddedToken> added = addedTokens(root.path("added_tokens"));
    PipelineReader pipeline = new PipelineReader(file);
    JsonNode postProcessor = root.path("post_processor");
    pipeline.checkPostProcessor(postProcessor);
    Vocabulary vocabulary;
    TextModel textModel;
    Normalization normalization = Normalization.none();
    if (PieceReader.reads(root)) {
      PieceReader pieces = new PieceReader(this, root, added);
      textModel = pieces.model();
      vocabulary = pieces.vocabulary();
    } else {
      vocabulary = vocabulary(model.path("vocab"), added);
      Merges merges = merges(model.path("merges"), vocabulary);
      pipeline.checkDecoder(root.path("decoder"));
      normalization = pipeline.normalization(root.path("normalizer"));
      textModel =
          new TextModel.Words(
              merges,
              model.path("ignore_merges").asBoolean(false),
              pipeline.preTokenizer(root.path("pre_tokenizer")));
    }
    return new Tokenizer(
        new TokenizerParts(
            vocabulary,
            textModel,
            added,
            normalization,
            new TextEdgesReader(file).read(added, postProcessor),
            postProcessor.isMissingNode() ? null : postProcessor));
  }

  static Tokenizer gpt2(Path vocabularyJson, Path mergesText) throws IOException {
    TokenizerReader reader = new TokenizerReader(vocabularyJson);
    JsonNode tokens = object(vocabularyJson);
    List<AddedToken> added = new ArrayList<>();
    if (tokens.has(END_OF_TEXT)) {
      added.add(AddedToken.special(tokens.path(END_OF_TEXT).asInt(), END_OF_TEXT));
    }
    Vocabulary vocabulary = reader.vocabulary(tokens, added);
    Merges merges = new Merges(vocabulary);
    TokenizerReader mergesReader = new TokenizerReader(mergesText);
    String text =
        new String(
            RegularFile.bytes(mergesText, MOST_MERGES_BYTES, "merges"), StandardCharsets.UTF_8);
    for (String line : text.lines().toList()) {
      if (!line.startsWith("#version") && !line.isEmpty()) {
        mergesReader.addMerge(merges, vocabulary, line.split(" ", -1));
      }
    }
    String edge = added.isEmpty() ? null : END_OF_TEXT;
    return new Tokenizer(
        new TokenizerParts(
            vocabulary,
            new TextModel.Words(merges, false, PreTokenizer.gpt2()),
            added,
            Normalization.none(),
            TextEdges.of(edge, edge),
            null));
  }

  /// The JSON object that a file holds.
  static JsonNode object(Path file) throws IOException {
    JsonNode root;
    try {
      root = JsonFile.read(file);
    } catch (JacksonException e) {
      throw new TokenizerException(
          "%s: damaged, expected JSON, found %s; fetch the file again"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
    if (!root.isObject()) {
      throw new TokenizerException(
          "%s: expected a JSON object, found %s; fetch the file again"
              .formatted(file, root.isMissingNode() ? "an empty file" : "something else"));
    }
    return root;
  }

  private void checkModel(JsonNode model) {
    String type = model.path("type").asString("BPE");
    if (!model.isObject() || !type.equals("BPE")) {
      throw refused("model", model.isObject() ? type : "none", "BPE");
    }
    for (String option : List.of("continuing_subword_prefix", "end_of_word_suffix", "dropout")) {
      JsonNode value = model.path(option);
      boolean unset =
          value.isMissingNode()
              || value.isNull()
              || (value.isString() && value.asString().isEmpty())
              || (value.isNumber() && value.asDouble() == 0);
      if (!unset) {
        throw refused("model." + option, value.toString(), "none");
      }
    }
  }

  private List<AddedToken> addedTokens(JsonNode nodes) {
    List<AddedToken> tokens = new ArrayList<>();
    for (JsonNode node : nodes) {
      if (!node.path("id").canConvertToInt() || !node.path("content").isString()) {
        throw refused("added_tokens", node.toString(), "objects with id and content");
      }
      tokens.add(
          new AddedToken(
              id(node.path("id"), node.path("content").asString()),
              node.path("content").asString(),
              node.path("special").asBoolean(false),
              node.path("normalized").asBoolean(false),
              node.path("lstrip").asBoolean(false),
              node.path("rstrip").asBoolean(false),
              node.path("single_word").asBoolean(false)));
    }
    return tokens;
  }

  private Vocabulary vocabulary(JsonNode tokens, List<AddedToken> added) {
    if (!tokens.isObject()) {
      throw refused("model.vocab", "none", "an object of tokens and ids");
    }
    Map<Integer, String> contents = new HashMap<>();
    added.forEach(token -> contents.put(token.id(), token.content()));
    Vocabulary vocabulary = new Vocabulary();
    for (Map.Entry<String, JsonNode> entry : tokens.properties()) {
      String spelling = entry.getKey();
      int id = id(entry.getValue(), spelling);
      byte[] bytes =
          spelling.equals(contents.get(id))
              ? spelling.getBytes(StandardCharsets.UTF_8)
              : ByteLetters.bytes(spelling);
      if (bytes == null) {
        throw refused("model.vocab", "token \"" + spelling + "\"", "letters of bytes only");
      }
      vocabulary.put(id, bytes);
    }
    return vocabulary;
  }

  private Merges merges(JsonNode nodes, Vocabulary vocabulary) {
    Merges merges = new Merges(vocabulary);
    for (String[] pair : mergePairs(nodes)) {
      addMerge(merges, vocabulary, pair);
    }
    return merges;
  }

  /// Merges are written as `"a b"` or as `["a", "b"]`.
  List<String[]> mergePairs(JsonNode nodes) {
    if (!nodes.isArray()) {
      throw refused("model.merges", "none", "an array");
    }
    return nodes
        .valueStream()
        .map(node ->
            node.isArray()
                ? node.valueStream().map(part -> part.asString("")).toArray(String[]::new)
                : node.asString("").split(" ", -1))
        .toList();
  }

  private void addMerge(Merges merges, Vocabulary vocabulary, String[] parts) {
    if (!merges.addSpelled(vocabulary, parts)) {
      throw refused(
          "merge " + merges.size(),
          "\"" + String.join(" ", parts) + "\"",
          "two tokens whose union is a token");
    }
  }

  int id(JsonNode node, String token) {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw refused("id of \"" + token + "\"", node.toString(), "a whole number");
    }
    int id = node.asInt();
    if (id < 0 || id >= mostIds) {
      throw refused("id of \"" + token + "\"", Integer.toString(id), "0 to " + (mostIds - 1));
    }
    return id;
  }

  TokenizerException refused(String component, String found, String expected) {
    return new TokenizerException(
        "%s: %s is %s, expected %s".formatted(file, component, found, expected));
  }
}
