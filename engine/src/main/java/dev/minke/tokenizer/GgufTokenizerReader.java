package dev.minke.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Makes one tokenizer of what a GGUF file says.
final class GgufTokenizerReader {
  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;
  private static final int BYTE = 6;

  /// Control tokens that end an answer in known families. Files name one or two of them; which, has
  /// changed with the converters.
  private static final Set<String> ANSWER_ENDS =
      Set.of(
          "<|eot_id|>",
          "<|eom_id|>",
          "<|im_end|>",
          "<|end_of_text|>",
          "<|endoftext|>",
          "<｜end▁of▁sentence｜>");

  private final GgufTokenizerFacts facts;
  private final Vocabulary vocabulary = new Vocabulary();
  private final List<AddedToken> added = new ArrayList<>();
  private final Map<String, Integer> addedTexts = new HashMap<>();

  /// Ids that are control tokens whatever their type says.
  private final Set<Integer> edges = new HashSet<>();

  GgufTokenizerReader(GgufTokenizerFacts facts) {
    this.facts = facts;
  }

  Tokenizer read() {
    try {
      return tokenizer();
    } catch (TokenizerException e) {
      throw e.of(Path.of(facts.source()));
    }
  }

  private Tokenizer tokenizer() {
    GgufTokenizerFacts.Edges given = facts.edges();
    edge("bos_token_id", given.begin());
    edge("eos_token_id", given.end());
    given.answerEnds().forEach(id -> edge("eot_token_id or eom_token_id", id));
    vocabulary.reserve(facts.pieces().size());
    return switch (facts.model()) {
      case "gpt2" -> words();
      case "llama" -> pieces();
      default -> throw refused("model", facts.model(), "gpt2 or llama");
    };
  }

  private void edge(String key, @Nullable Integer id) {
    if (id != null) {
      if (id < 0 || id >= facts.pieces().size()) {
        throw refused(key, String.valueOf(id), "an id below " + facts.pieces().size());
      }
      edges.add(id);
    }
  }

  private Tokenizer words() {
    String name = facts.preTokenizer();
    NamedPreTokenizer named =
        NamedPreTokenizer.of(name == null ? "" : name)
            .orElseThrow(
                () -> refused("pre", name == null ? "absent" : name, NamedPreTokenizer.NAMES));
    for (int id = 0; id < facts.pieces().size(); id++) {
      GgufTokenizerFacts.Piece piece = facts.pieces().get(id);
      if (type(id) == BYTE) {
        throw refused("token " + id, "a byte", "no bytes in a gpt2 tokenizer");
      }
      if (!isAdded(id, piece) && type(id) == NORMAL) {
        byte[] bytes = ByteLetters.bytes(piece.text());
        if (bytes == null) {
          throw refused("token " + id, '"' + piece.text() + '"', "letters of bytes only");
        }
        requireNew(id, vocabulary.find(bytes));
        vocabulary.put(id, bytes);
      }
    }
    Merges merges = new Merges(vocabulary);
    for (String merge : facts.merges()) {
      if (!merges.addSpelled(vocabulary, merge.split(" ", -1))) {
        throw refused(
            "merge " + merges.size(), '"' + merge + '"', "two tokens whose union is a token");
      }
    }
    return tokenizer(
        new TextModel.Words(merges, named.wholeWordsFirst(), named.preTokenizer()),
        named.normalization(),
        named.addsBegin());
  }

  private Tokenizer pieces() {
    PieceTable table = new PieceTable();
    float[] scores = new float[facts.pieces().size()];
    PieceBytes bytes = new PieceBytes(vocabulary);
    for (int id = 0; id < scores.length; id++) {
      GgufTokenizerFacts.Piece piece = facts.pieces().get(id);
      scores[id] = piece.score();
      if (Float.isNaN(scores[id])) {
        throw refused("score of token " + id, "no number", "a number");
      }
      if (type(id) == BYTE) {
        if (!bytes.add(id, piece.text())) {
          throw refused("token " + id, '"' + piece.text() + '"', "a byte as <0x00>");
        }
      } else if (!isAdded(id, piece) && !piece.text().isEmpty()) {
        byte[] spelled = PieceBytes.of(piece.text());
        if (piece.text().indexOf(' ') >= 0) {
          vocabulary.putUnlisted(id, spelled); // no text has it: its spaces are another letter
          continue;
        }
        requireNew(id, vocabulary.find(spelled));
        vocabulary.put(id, spelled);
        table.add(spelled, id);
      }
    }
    SpacePrefix prefix = facts.edges().addsSpace() ? SpacePrefix.EVERY : SpacePrefix.NONE;
    return tokenizer(
        new TextModel.Pieces(new ScoredPieces(table, bytes.ids(facts.source()), scores), prefix),
        Normalization.none(),
        true);
  }

  private void requireNew(int id, int other) {
    if (other >= 0) {
      throw refused("token " + id, "the same as token " + other, "tokens that differ");
    }
  }

  private int type(int id) {
    int type = facts.pieces().get(id).type();
    if (type < NORMAL || type > BYTE) {
      throw refused("type of token " + id, String.valueOf(type), "1 to 6");
    }
    return type;
  }

  /// Whether a token is matched in the text before everything else; then it is noted.
  private boolean isAdded(int id, GgufTokenizerFacts.Piece piece) {
    int type = type(id);
    boolean special = type == CONTROL || type == UNKNOWN || edges.contains(id);
    if ((!special && type != USER_DEFINED) || piece.text().isEmpty()) {
      return false;
    }
    requireNew(id, addedTexts.getOrDefault(piece.text(), -1));
    addedTexts.put(piece.text(), id);
    added.add(new AddedToken(id, piece.text(), special, false, false, false, false));
    return true;
  }

  private Tokenizer tokenizer(
      TextModel model, Normalization normalization, boolean addsBeginByDefault) {
    GgufTokenizerFacts.Edges given = facts.edges();
    Set<Integer> ends = new TreeSet<>(given.answerEnds());
    for (AddedToken token : added) {
      if (token.special() && ANSWER_ENDS.contains(token.content())) {
        ends.add(token.id());
      }
    }
    TextEdges around =
        new TextEdges(
            name(given.begin()),
            name(given.end()),
            ends,
            given.addsBegin() == null ? addsBeginByDefault : given.addsBegin());
    return new Tokenizer(new TokenizerParts(vocabulary, model, added, normalization, around, null));
  }

  private @Nullable String name(@Nullable Integer id) {
    return id == null ? null : facts.pieces().get(id).text();
  }

  private TokenizerException refused(String key, String found, String expected) {
    return new TokenizerException(
        "%s: tokenizer.ggml: %s is %s, expected %s"
            .formatted(facts.source(), key, found, expected));
  }
}
