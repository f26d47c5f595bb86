package dev.minke.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Reads a `tokenizer.json` of the Llama-2 kind: merges over characters, bytes for those that are
/// no token, spaces as `▁`.
final class PieceReader {
  private static final String SPACE = String.valueOf(SpacePrefix.SPACE_LETTER);

  private final TokenizerReader reader;
  private final JsonNode root;
  private final List<AddedToken> added;
  private final Vocabulary vocabulary = new Vocabulary();
  private final PieceTable table = new PieceTable();

  PieceReader(TokenizerReader reader, JsonNode root, List<AddedToken> added) {
    this.reader = reader;
    this.root = root;
    this.added = added;
  }

  /// Whether a file is of this kind: `byte_fallback`, and no bytes before it.
  static boolean reads(JsonNode root) {
    return root.path("model").path("byte_fallback").asBoolean(false)
        && PipelineReader.steps(root.path("pre_tokenizer"), "pretokenizers").stream()
            .noneMatch(step -> PipelineReader.type(step).equals("ByteLevel"));
  }

  /// The tokens; complete after [#model].
  Vocabulary vocabulary() {
    return vocabulary;
  }

  TextModel.Pieces model() {
    JsonNode model = root.path("model");
    if (model.path("ignore_merges").asBoolean(false)) {
      throw reader.refused("model.ignore_merges", "true", "false beside byte_fallback");
    }
    for (AddedToken token : added) {
      if (token.normalized()) {
        throw reader.refused(
            "added token \"" + token.content() + "\"", "normalized", "tokens that are not");
      }
    }
    checkDecoder();
    Merges merges = new Merges(tokens(model.path("vocab")));
    for (String[] pair : reader.mergePairs(model.path("merges"))) {
      addMerge(merges, pair);
    }
    return new TextModel.Pieces(new RankedPieces(table, merges), prefix());
  }

  /// Reads the tokens.
  ///
  /// @return ids by byte
  private int[] tokens(JsonNode tokens) {
    Set<Integer> known = new HashSet<>();
    added.forEach(token -> known.add(token.id()));
    PieceBytes bytes = new PieceBytes(vocabulary);
    for (Map.Entry<String, JsonNode> entry : tokens.properties()) {
      String spelling = entry.getKey();
      int id = reader.id(entry.getValue(), spelling);
      if (known.contains(id) || bytes.add(id, spelling)) {
        continue;
      }
      byte[] piece = PieceBytes.of(spelling);
      if (spelling.indexOf(' ') >= 0 || spelling.isEmpty() || !table.add(piece, id)) {
        throw reader.refused(
            "token " + id, '"' + spelling + '"', "a text of its own, without spaces");
      }
      vocabulary.put(id, piece);
    }
    return bytes.ids(reader.file());
  }

  private void addMerge(Merges merges, String[] pair) {
    int left = pair.length == 2 ? find(pair[0]) : -1;
    int right = pair.length == 2 ? find(pair[1]) : -1;
    int result = left < 0 || right < 0 ? -1 : find(pair[0] + pair[1]);
    if (result < 0) {
      throw reader.refused(
          "merge " + merges.size(),
          '"' + String.join(" ", pair) + '"',
          "two tokens whose union is a token");
    }
    merges.add(left, right, result);
  }

  private int find(String spelling) {
    return spelling.isEmpty()
        ? -1
        : table.find(
            spelling.replace(SpacePrefix.SPACE_LETTER, ' ').getBytes(StandardCharsets.UTF_8));
  }

  /// Either the normalizer replaces spaces, or Metaspace does.
  private SpacePrefix prefix() {
    List<JsonNode> normalizers = PipelineReader.steps(root.path("normalizer"), "normalizers");
    List<JsonNode> cuts = PipelineReader.steps(root.path("pre_tokenizer"), "pretokenizers");
    if (cuts.isEmpty()) {
      if (normalizers.isEmpty() || !isReplace(normalizers.getLast(), " ", SPACE)) {
        throw refused("normalizer", root.path("normalizer"), "Replace of a space by ▁ at the end");
      }
      normalizers.removeLast();
      if (normalizers.isEmpty()) {
        return SpacePrefix.NONE;
      }
      if (normalizers.size() == 1
          && PipelineReader.type(normalizers.getFirst()).equals("Prepend")
          && normalizers.getFirst().path("prepend").asString("").equals(SPACE)) {
        return SpacePrefix.EVERY;
      }
      throw refused("normalizer", normalizers.getFirst(), "Prepend of ▁ before Replace");
    }
    SpacePrefix prefix = metaspace(cuts);
    if (!normalizers.isEmpty()) {
      throw refused("normalizer", normalizers.getFirst(), "none beside a pre_tokenizer");
    }
    return prefix;
  }

  private SpacePrefix metaspace(List<JsonNode> cuts) {
    JsonNode step = cuts.getFirst();
    if (cuts.size() > 1
        || !PipelineReader.type(step).equals("Metaspace")
        || !step.path("replacement").asString("").equals(SPACE)
        || step.path("split").asBoolean(true)) {
      throw refused("pre_tokenizer", step, "Metaspace of ▁ that does not split");
    }
    boolean old = step.path("add_prefix_space").asBoolean(true);
    return switch (step.path("prepend_scheme").asString(old ? "always" : "never")) {
      case "always" -> SpacePrefix.EVERY_UNLESS_SPACE;
      case "first" -> SpacePrefix.FIRST_UNLESS_SPACE;
      case "never" -> SpacePrefix.NONE;
      default -> throw refused("pre_tokenizer", step, "prepend_scheme always, first or never");
    };
  }

  private void checkDecoder() {
    for (JsonNode step : PipelineReader.steps(root.path("decoder"), "decoders")) {
      boolean known =
          switch (PipelineReader.type(step)) {
            case "ByteFallback", "Fuse", "Metaspace" -> true;
            case "Replace" -> isReplace(step, SPACE, " ");
            case "Strip" ->
                step.path("content").asString("").equals(" ")
                    && step.path("start").asInt(0) <= 1
                    && step.path("stop").asInt(0) == 0;
            default -> false;
          };
      if (!known) {
        throw refused("decoder", step, "Replace of ▁, ByteFallback, Fuse, Strip or Metaspace");
      }
    }
  }

  private static boolean isReplace(JsonNode step, String pattern, String content) {
    return PipelineReader.type(step).equals("Replace")
        && step.path("pattern").path("String").asString("").equals(pattern)
        && step.path("content").asString("").equals(content);
  }

  private TokenizerException refused(String component, JsonNode found, String expected) {
    return reader.refused(component, found.toString(), expected);
  }
}
