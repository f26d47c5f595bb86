package dev.minke.inference;

import dev.minke.kernel.KvView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the cache holds, by its tokens: pages that a prompt which begins in the same way need not
/// compute.
///
/// A tree for each user, so that nobody learns from how fast an answer comes what others asked
/// (docs of DeepSeek's context cache: hits are the user's own). A node is a page: up to
/// [KvView#TILE] tokens; only a full page has others behind it. The tree holds each of its pages
/// once; the page used least recently goes first, from the ends of the branches on. Guarded by the
/// engine's lock.
///
/// What is kept of a position depends on its own token and those before; with a predictor on the
/// next one, too. A node then has that token behind those of its page, so that a page is shared by
/// those alone for whom all of it is right.
final class PrefixTree {
  private final PagePool pool;
  private final int ahead;
  private final Map<String, Node> roots = new HashMap<>();

  /// Pages in the tree.
  private final BitSet own = new BitSet();

  /// A ring through the nodes, least recently used behind this one.
  private final Node ring = new Node(null, new int[0], PagePool.NONE);

  /// @param ahead tokens behind a position on which what is kept of it depends: 0 or 1
  PrefixTree(PagePool pool, int ahead) {
    this.pool = pool;
    this.ahead = ahead;
  }

  /// Tokens behind those of a parent's page, and the page that was computed for them but the last
  /// `ahead`.
  private static final class Node {
    private final @Nullable Node parent;
    private int[] tokens;
    private int page;
    private final List<Node> children = new ArrayList<>(1);
    private Node older = this;
    private Node newer = this;

    Node(@Nullable Node parent, int[] tokens, int page) {
      this.parent = parent;
      this.tokens = tokens;
      this.page = page;
    }
  }

  /// What is there of a prompt.
  ///
  /// @param pages of its first whole tiles
  /// @param partial a page whose first positions are those that follow, or [PagePool#NONE]
  /// @param positions how many of that page
  record Match(int[] pages, int partial, int positions) {
    /// Tokens that need not be computed.
    int tokens() {
      return pages.length * KvView.TILE + positions;
    }
  }

  PagePool pool() {
    return pool;
  }

  /// Tokens behind a position on which what is kept of it depends.
  int ahead() {
    return ahead;
  }

  /// Finds the longest beginning that is there.
  ///
  /// @param limit tokens of `tokens` that may be found at most; `ahead` more are there
  Match find(String user, int[] tokens, int limit) {
    int[] found = new int[limit / KvView.TILE + 1];
    int count = 0;
    Node node = roots.get(user);
    List<Node> path = new ArrayList<>();
    int positions = 0;
    int partial = PagePool.NONE;
    while (node != null && positions == 0) {
      int from = count * KvView.TILE;
      int room = Math.min(KvView.TILE, limit - from);
      Node best = null;
      int most = 0;
      for (Node child : node.children) {
        int common = common(child.tokens, tokens, from, room + ahead) - ahead;
        if (common > most) {
          best = child;
          most = common;
        }
      }
      if (best != null) {
        path.add(best);
        if (most == KvView.TILE) {
          found[count++] = best.page;
        } else {
          partial = best.page;
          positions = most;
        }
      }
      node = best;
    }
    use(path);
    return new Match(Arrays.copyOf(found, count), partial, positions);
  }

  /// Gives a sequence, whose pages are whole, those that are there behind them. The newest token
  /// always has to pass: what follows it is asked for.
  ///
  /// @return all that is there of it
  Match lend(ActiveSequence sequence) {
    Match match = find(sequence.user(), sequence.tokens(), sequence.length() - 1);
    int own = sequence.pageCount();
    if (own < match.pages.length) {
      int[] more = Arrays.copyOfRange(match.pages, own, match.pages.length);
      for (int page : more) {
        pool.hold(page);
      }
      sequence.adopt(more);
    }
    return match;
  }

  private static int common(int[] own, int[] tokens, int from, int room) {
    int length = Math.min(own.length, room);
    int differs = Arrays.mismatch(own, 0, length, tokens, from, from + length);
    return differs < 0 ? length : differs;
  }

  /// Notes a use, of the far ends first: a page is never older than those behind it.
  private void use(List<Node> path) {
    for (Node node : path.reversed()) {
      unlink(node);
      link(node);
    }
  }

  private void link(Node node) {
    node.newer = ring;
    node.older = ring.older;
    ring.older.newer = node;
    ring.older = node;
  }

  private static void unlink(Node node) {
    node.older.newer = node.newer;
    node.newer.older = node.older;
  }

  /// Keeps what was computed of a sequence. Where the tree has a tile already, its own page stays.
  /// A page that is there for other users, as one of a session may be, is not kept twice.
  ///
  /// @param tokens begin with those that were computed
  /// @param pageOf page of each tile
  /// @param count tokens that were computed and are to be kept; `ahead` more are there
  void keep(String user, int[] tokens, int[] pageOf, int count) {
    Node root = roots.computeIfAbsent(user, _ -> new Node(null, new int[0], PagePool.NONE));
    Node node = root;
    List<Node> path = new ArrayList<>();
    for (int from = 0; from < count; from += KvView.TILE) {
      int length = Math.min(KvView.TILE, count - from) + ahead;
      Node next = null;
      for (Node child : node.children) {
        int common = common(child.tokens, tokens, from, length);
        if (common == length || common == child.tokens.length) {
          next = child;
          break;
        }
      }
      int page = pageOf[from / KvView.TILE];
      boolean isTaken = own.get(page) && (next == null || next.page != page);
      if (next == null && isTaken) {
        break;
      }
      if (next == null) {
        next = add(node, Arrays.copyOfRange(tokens, from, from + length), page);
      } else if (next.tokens.length < length && !isTaken) {
        pool.hold(page);
        own.set(page);
        if (next.page != page) {
          own.clear(next.page);
        }
        pool.release(next.page);
        next.page = page;
        next.tokens = Arrays.copyOfRange(tokens, from, from + length);
      }
      path.add(next);
      node = next;
    }
    use(path);
    if (root.children.isEmpty()) {
      roots.remove(user);
    }
  }

  private Node add(Node parent, int[] tokens, int page) {
    pool.hold(page);
    own.set(page);
    Node node = new Node(parent, tokens, page);
    parent.children.add(node);
    link(node);
    return node;
  }

  /// Holds the page of a whole tile once more, for the caller. Is no use of it.
  ///
  /// @param tokens begin with those up to the tile's end
  /// @param count tokens up to that end; `ahead` more are there
  /// @return [PagePool#NONE] if it is not there
  int hold(String user, int[] tokens, int count) {
    Node node = roots.get(user);
    for (int from = 0; node != null && from < count; from += KvView.TILE) {
      Node next = null;
      for (Node child : node.children) {
        int whole = KvView.TILE + ahead;
        if (common(child.tokens, tokens, from, whole) == whole) {
          next = child;
        }
      }
      node = next;
    }
    if (node == null) {
      return PagePool.NONE;
    }
    pool.hold(node.page);
    return node.page;
  }

  /// Takes a page, be it one that was kept.
  ///
  /// @return [PagePool#NONE] if all are in use
  int take() {
    int page = pool.take();
    return page == PagePool.NONE && giveUp() ? pool.take() : page;
  }

  /// Gives up the least recently used page that only the tree holds.
  ///
  /// @return whether there was one
  private boolean giveUp() {
    for (Node node = ring.newer; node != ring; node = node.newer) {
      if (node.children.isEmpty() && pool.heldOnce(node.page)) {
        remove(node);
        return true;
      }
    }
    return false;
  }

  private void remove(Node node) {
    unlink(node);
    pool.release(node.page);
    own.clear(node.page);
    Node parent = Objects.requireNonNull(node.parent, "a root has no page");
    parent.children.remove(node);
    if (parent.page == PagePool.NONE && parent.children.isEmpty()) {
      roots.values().remove(parent);
    }
  }

  /// Pages that only the tree holds.
  int keptPages() {
    int count = 0;
    for (Node node = ring.newer; node != ring; node = node.newer) {
      count += pool.heldOnce(node.page) ? 1 : 0;
    }
    return count;
  }
}
