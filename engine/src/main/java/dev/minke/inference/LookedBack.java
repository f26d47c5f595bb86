package dev.minke.inference;

import dev.minke.kernel.KvView;
import java.util.BitSet;

/// The pages that prompts look back at in a step: what is rebuilt of one, is rebuilt once however
/// many look back at it.
final class LookedBack {
  private final BitSet pages = new BitSet();
  private long positions;

  /// Positions that a sequence looks back at and none of those before it.
  ///
  /// @param computed positions before its next token
  int more(ActiveSequence sequence, int computed) {
    int more = 0;
    for (int at = 0; at < computed; at += KvView.TILE) {
      if (!pages.get(sequence.page(at / KvView.TILE))) {
        more += Math.min(KvView.TILE, computed - at);
      }
    }
    return more;
  }

  /// A sequence is in the step.
  void add(ActiveSequence sequence, int computed) {
    positions += more(sequence, computed);
    for (int at = 0; at < computed; at += KvView.TILE) {
      pages.set(sequence.page(at / KvView.TILE));
    }
  }

  /// Positions of all pages.
  long positions() {
    return positions;
  }
}
