package dev.minke.inference.grammar;

import java.util.concurrent.ConcurrentHashMap;

/// The tokens that a state allows, whatever lies beneath it, and those that only the stack beneath
/// can decide: after a part of their bytes the state's rule has ended.
///
/// Those are decided by children: one for each state that was found beneath, and so on down. So a
/// stack's mask is the union along a path, and a path is as long as its tokens need. Safe for many
/// threads.
final class MaskNode {
  /// Few tokens as ids, many as a mask; the other is empty.
  private final int[] ids;

  private final long[] mask;
  private final Trie trie;
  private final int[] pending;
  private final ConcurrentHashMap<Integer, MaskNode> children = new ConcurrentHashMap<>();

  /// @param ids tokens that are allowed
  /// @param mask others, or empty
  /// @param trie that `pending` belongs to
  /// @param pending nodes of it where the rule has ended and tokens go on
  MaskNode(int[] ids, long[] mask, Trie trie, int[] pending) {
    this.ids = ids;
    this.mask = mask;
    this.trie = trie;
    this.pending = pending;
  }

  Trie trie() {
    return trie;
  }

  /// Not a copy: nobody writes to it.
  int[] pending() {
    return pending;
  }

  /// By the state beneath.
  ConcurrentHashMap<Integer, MaskNode> children() {
    return children;
  }

  /// Adds the tokens to a mask.
  void addTo(long[] sum) {
    for (int i = 0; i < mask.length; i++) {
      sum[i] |= mask[i];
    }
    for (int id : ids) {
      sum[id >>> 6] |= 1L << id;
    }
  }

  /// About how many bytes of memory it takes.
  int size() {
    return 200 + 4 * ids.length + 8 * mask.length + 4 * pending.length;
  }
}
