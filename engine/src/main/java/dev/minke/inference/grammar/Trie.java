package dev.minke.inference.grammar;

import java.util.Arrays;
import java.util.List;

/// Tokens in the order of their bytes as a tree: each node a byte, each path from the root the
/// beginning of some token. Nodes lie in preorder, so a walk is a loop and a subtree a range.
///
/// Immutable.
final class Trie {
  /// The node of no byte at all.
  static final int ROOT = -1;

  private final byte[] bytes;
  private final short[] depths;
  private final int[] ends;
  private final int[] firstIds;
  private final int[] ids;

  /// @param tokens bytes by id
  /// @param members ids that belong to it
  Trie(List<byte[]> tokens, int[] members) {
    ids =
        Arrays.stream(members)
            .boxed()
            .sorted((a, b) -> Arrays.compareUnsigned(tokens.get(a), tokens.get(b)))
            .mapToInt(Integer::intValue)
            .toArray();
    int size = count(tokens);
    bytes = new byte[size];
    depths = new short[size];
    ends = new int[size];
    firstIds = new int[size + 1];
    fill(tokens);
  }

  private int count(List<byte[]> tokens) {
    int count = 0;
    byte[] previous = {};
    for (int id : ids) {
      byte[] token = tokens.get(id);
      count += token.length - common(previous, token);
      previous = token;
    }
    return count;
  }

  private static int common(byte[] a, byte[] b) {
    int mismatch = Arrays.mismatch(a, b);
    return mismatch < 0 ? a.length : mismatch;
  }

  private void fill(List<byte[]> tokens) {
    int node = 0;
    int[] path = new int[16];
    byte[] previous = {};
    for (int i = 0; i < ids.length; i++) {
      byte[] token = tokens.get(ids[i]);
      int shared = common(previous, token);
      for (int depth = shared; depth < previous.length; depth++) {
        ends[path[depth]] = node;
      }
      if (path.length < token.length) {
        path = Arrays.copyOf(path, 2 * token.length);
      }
      for (int depth = shared; depth < token.length; depth++) {
        bytes[node] = token[depth];
        depths[node] = (short) (depth + 1);
        firstIds[node] = i;
        path[depth] = node++;
      }
      previous = token;
    }
    for (int depth = 0; depth < previous.length; depth++) {
      ends[path[depth]] = node;
    }
    firstIds[node] = ids.length;
    // Until here the first id of the subtree: right for the node's own ids as well, as a token
    // comes before those that it begins.
  }

  int size() {
    return bytes.length;
  }

  /// The byte of a node, 0 to 255.
  int value(int node) {
    return bytes[node] & 0xFF;
  }

  /// How many bytes lead to a node, its own included.
  int depth(int node) {
    return node == ROOT ? 0 : depths[node];
  }

  /// One past the last node of the subtree.
  int end(int node) {
    return node == ROOT ? bytes.length : ends[node];
  }

  /// Whether tokens go on from a node.
  boolean hasChildren(int node) {
    return end(node) > node + 1;
  }

  /// The tokens that end at a node are those from this index up to the next node's.
  int firstId(int node) {
    return firstIds[node];
  }

  int id(int index) {
    return ids[index];
  }

  int deepest() {
    int deepest = 0;
    for (short depth : depths) {
      deepest = Math.max(deepest, depth);
    }
    return deepest;
  }
}
