package dev.minke.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads which tokens start and end a text from the files beside a `tokenizer.json`, where they are
/// there.
final class TextEdgesReader {
  private static final String GENERATION_CONFIG = "generation_config.json";
  private static final String END_IDS = "eos_token_id";

  private final Path tokenizerJson;

  TextEdgesReader(Path tokenizerJson) {
    this.tokenizerJson = tokenizerJson;
  }

  TextEdges read(List<AddedToken> added, JsonNode postProcessor) throws IOException {
    TextEdges known =
        TextEdges.known(name -> added.stream().anyMatch(token -> token.content().equals(name)));
    Path file = tokenizerJson.resolveSibling(TokenizerWriter.CONFIG);
    JsonNode config = object(file);
    String begin = edge(config, "bos_token", known.beginOfText());
    boolean template = begin != null && PipelineReader.putsFirst(postProcessor, begin);
    return new TextEdges(
        begin,
        edge(config, "eos_token", known.endOfText()),
        answerEnds(),
        config.path("add_bos_token").asBoolean(template));
  }

  /// What a file holds, or nothing where there is none.
  private static JsonNode object(Path file) throws IOException {
    return Files.exists(file)
        ? TokenizerReader.object(file)
        : JsonMapper.shared().createObjectNode();
  }

  /// A token's name in `tokenizer_config.json`: a string, or an object with its content.
  private static @Nullable String edge(JsonNode config, String key, @Nullable String known) {
    JsonNode token = config.path(key);
    if (token.isMissingNode()) {
      return known;
    }
    JsonNode content = token.isObject() ? token.path("content") : token;
    return content.isString() ? content.asString() : null;
  }

  /// The ids of `generation_config.json`: one, or a list of them.
  private Set<Integer> answerEnds() throws IOException {
    Path file = tokenizerJson.resolveSibling(GENERATION_CONFIG);
    JsonNode ids = object(file).path(END_IDS);
    Set<Integer> ends = new TreeSet<>();
    if (ids.isMissingNode() || ids.isNull()) {
      return ends;
    }
    for (JsonNode id : ids.isArray() ? ids.values() : List.of(ids)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 0) {
        throw new TokenizerException(
            "%s: %s is %s, expected an id or a list of ids".formatted(file, END_IDS, ids));
      }
      ends.add(id.asInt());
    }
    return ends;
  }
}
