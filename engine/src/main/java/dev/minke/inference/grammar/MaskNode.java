package dev.minke.inference.grammar;

/// The tokens that a state allows, whatever lies beneath it, and those that only the stack beneath
/// can decide: after a part of their bytes the state's rule has ended.
///
/// Those are decided by the state beneath, and so on down ([Pending]). So a stack's mask is the
/// union along a path, and a path is as long as its tokens need. Immutable.
final class MaskNode {
  /// Few tokens as ids, many as a mask; the other is empty.
  private final int[] ids;

  private final long[] mask;
  private final Pending pending;

  /// @param ids tokens that are allowed
  /// @param mask others, or empty
  /// @param pending tokens that are undecided
  MaskNode(int[] ids, long[] mask, Pending pending) {
    this.ids = ids;
    this.mask = mask;
    this.pending = pending;
  }

  Pending pending() {
    return pending;
  }

  /// The same, with a pending that others share.
  MaskNode with(Pending shared) {
    return new MaskNode(ids, mask, shared);
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
    return 200 + 4 * ids.length + 8 * mask.length + 4 * pending.nodes().length;
  }
}
