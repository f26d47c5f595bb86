package dev.minke.inference.grammar;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/// Where tokens were in a vocabulary's tree when a rule ended: what lies beneath decides about the
/// rest of them. Equal where the places are the same, whichever rules led there, so that what has
/// been found out serves them all. Safe for many threads.
final class Pending {
  private final Trie trie;
  private final int[] nodes;
  private final int hash;
  private final ConcurrentHashMap<Integer, MaskNode> known = new ConcurrentHashMap<>();

  /// @param nodes of the tree, ascending; not copied
  Pending(Trie trie, int[] nodes) {
    this.trie = trie;
    this.nodes = nodes;
    hash = Arrays.hashCode(nodes);
  }

  Trie trie() {
    return trie;
  }

  /// Not a copy: nobody writes to it.
  int[] nodes() {
    return nodes;
  }

  boolean isEmpty() {
    return nodes.length == 0;
  }

  /// The tokens of each state that was found beneath.
  ConcurrentHashMap<Integer, MaskNode> known() {
    return known;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Pending pending
            && trie == pending.trie
            && hash == pending.hash
            && Arrays.equals(nodes, pending.nodes));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
