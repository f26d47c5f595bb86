package dev.minke.tokenizer;

import java.util.ArrayList;
import java.util.List;

/// Cuts text into words; no merge crosses the edge of a word.
///
/// Each split cuts the pieces of the one before it, and sees nothing beyond the edges of its piece.
///
/// @param splits the cuts, in order
/// @param addsSpace whether a piece that does not begin with a space gets one, after the splits
/// @param splitsLikeGpt2 whether [#GPT2_PATTERN] is the last cut (`use_regex` of ByteLevel)
public record PreTokenizer(List<Split> splits, boolean addsSpace, boolean splitsLikeGpt2) {
  /// GPT-2's words: a contraction, letters, digits or signs with one space before them, white
  /// space.
  public static final String GPT2_PATTERN =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  /// Groups of up to three digits from the left, apart from everything else.
  static final Split DIGIT_GROUPS = Split.isolated("\\p{N}{1,3}");

  /// Copies the list.
  public PreTokenizer {
    splits = List.copyOf(splits);
  }

  /// GPT-2's.
  public static PreTokenizer gpt2() {
    return new PreTokenizer(List.of(), false, true);
  }

  /// DeepSeek-V3's (DeepSeek-V3 §4.1): digit groups; Chinese and Japanese runs; then words, where
  /// signs may take the line breaks after them.
  public static PreTokenizer deepSeekV3() {
    String signs = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]";
    return new PreTokenizer(
        List.of(
            DIGIT_GROUPS,
            Split.isolated("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"),
            Split.isolated(
                signs
                    + "[A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                    + "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+")),
        false,
        false);
  }

  /// This one with digits in groups of up to three, whatever else it does.
  PreTokenizer withDigitGroups() {
    if (!splits.isEmpty() && splits.getFirst().equals(DIGIT_GROUPS)) {
      return this;
    }
    List<Split> all = new ArrayList<>(splits);
    all.addFirst(DIGIT_GROUPS);
    return new PreTokenizer(all, addsSpace, splitsLikeGpt2);
  }

  /// All cuts, the last one included.
  List<Split> cuts() {
    List<Split> cuts = new ArrayList<>(splits);
    if (splitsLikeGpt2) {
      cuts.add(Split.isolated(GPT2_PATTERN));
    }
    return cuts;
  }
}
