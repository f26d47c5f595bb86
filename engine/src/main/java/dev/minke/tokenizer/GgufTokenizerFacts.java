package dev.minke.tokenizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a GGUF file says of its tokenizer, as plain values.
///
/// @param source the file, for whoever reads an error
/// @param model `gpt2` (byte-level BPE) or `llama` (SentencePiece's BPE)
/// @param preTokenizer the name of what cuts words, or null
/// @param pieces by id
/// @param merges of `gpt2`, by rank: `"a b"`
/// @param edges of texts
public record GgufTokenizerFacts(
    String source,
    String model,
    @Nullable String preTokenizer,
    List<Piece> pieces,
    List<String> merges,
    Edges edges) {
  public GgufTokenizerFacts {
    pieces = List.copyOf(pieces);
    merges = List.copyOf(merges);
  }

  /// A token.
  ///
  /// @param text in the file's spelling
  /// @param type 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
  /// @param score of `llama`: the greater, the sooner merged; else 0
  public record Piece(String text, int type, float score) {}

  /// What stands around texts.
  ///
  /// @param begin id of the token that starts a text, or null
  /// @param end id of the token that ends one, or null
  /// @param answerEnds ids of further tokens that end an answer
  /// @param addsBegin whether every text is to have the first, or null where the file does not say
  /// @param addsSpace whether `llama` puts a space before text
  public record Edges(
      @Nullable Integer begin,
      @Nullable Integer end,
      List<Integer> answerEnds,
      @Nullable Boolean addsBegin,
      boolean addsSpace) {
    public Edges {
      answerEnds = List.copyOf(answerEnds);
    }
  }
}
