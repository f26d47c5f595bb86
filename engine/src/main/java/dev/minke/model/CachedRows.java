package dev.minke.model;

import dev.minke.kernel.KvView;
import java.util.List;

/// The newest tokens of sequences whose older ones are in a cache, and the form of attention that
/// each sequence's tokens have. It follows from the tokens' role, never from what shares a step.
///
/// @param tokens the newest tokens; sequences in expanded form come first
/// @param expanded how many sequences are attended to in expanded form; the others in absorbed form
public record CachedRows(TokenRows tokens, int expanded) {
  public CachedRows {
    if (expanded < 0 || expanded > tokens.sequences().size()) {
      throw new IllegalArgumentException(
          "cached rows: expected 0 to %d sequences in expanded form, found %d"
              .formatted(tokens.sequences().size(), expanded));
    }
  }

  /// All of them in one form.
  public static CachedRows of(TokenRows tokens, AttentionForm form) {
    return new CachedRows(
        tokens,
        switch (form) {
          case EXPANDED -> tokens.sequences().size();
          case ABSORBED -> 0;
        });
  }

  /// Number of tokens whose sequences are in expanded form; they are the first ones.
  public int expandedTokens() {
    return expanded == tokens.sequences().size()
        ? tokens.tokens()
        : tokens.sequences().get(expanded).firstQuery();
  }

  /// The sequences in expanded form.
  public List<KvView.Sequence> expandedSequences() {
    return tokens.sequences().subList(0, expanded);
  }

  /// The sequences in absorbed form, their queries counted from the first of them on.
  public List<KvView.Sequence> absorbedSequences() {
    int before = expandedTokens();
    return tokens.sequences().stream()
        .skip(expanded)
        .map(one ->
            new KvView.Sequence(
                one.firstQuery() - before, one.queries(), one.length(), one.location()))
        .toList();
  }
}
