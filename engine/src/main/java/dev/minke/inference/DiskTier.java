package dev.minke.inference;

import dev.minke.inference.disk.UnitFolder;
import dev.minke.inference.disk.UnitKey;
import dev.minke.kernel.KvView;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The part of a cache that is on disk, under a [PrefixTree]: whole pages alone.
///
/// What a sequence has computed is written when it ends, by a [DiskWriter]; of its prompt, what is
/// not in memory is looked for when it is admitted, by a thread that reads a page of each that
/// waits in turn. Neither holds the lock while it reads or writes. The rule of what is found for
/// whom is the tree's: the user's own, bitwise what it would compute with [Precision#EXACT]; a
/// sequence's own answer is never looked for here. All but that is guarded by the engine's lock.
final class DiskTier implements AutoCloseable {
  private final UnitFolder folder;
  private final List<String> identity;
  private final PagePool pool;
  private final PrefixTree tree;
  private final ReentrantLock lock;

  /// Tells the engine that something is there.
  private final Condition changed;

  /// Tells the thread that there is something to read.
  private final Condition work;

  private final DiskWriter writer;
  private final Thread reader;
  private final Deque<Fetch> turns = new ArrayDeque<>();
  private final Map<ActiveSequence, Fetch> fetches = new IdentityHashMap<>();

  /// Whether the thread holds a page.
  private boolean holds;

  private boolean closing;
  private long foundTokens;

  /// A sequence that waits for pages.
  private static final class Fetch {
    private final ActiveSequence sequence;

    /// Of whole pages, so that the newest is not among them, and those ahead on which they depend.
    private final int[] tokens;

    private final int ahead;
    private UnitKey key;
    private int keyed;

    /// First token of the unit that is read.
    private int from;

    Fetch(ActiveSequence sequence, int[] tokens, int ahead, UnitKey root) {
      this.sequence = sequence;
      this.tokens = tokens;
      this.ahead = ahead;
      key = root;
    }

    /// Key of a unit, at or behind the last that was asked for.
    UnitKey key(int unit) {
      for (; keyed <= unit; keyed++) {
        key = key.next(tokens, keyed * KvView.TILE, (keyed + 1) * KvView.TILE + ahead);
      }
      return key;
    }
  }

  /// @param identity all that rows depend on beside user and tokens
  /// @param lock the engine's
  /// @param changed of that lock; heard by the engine
  DiskTier(
      UnitFolder folder,
      List<String> identity,
      PrefixTree tree,
      ReentrantLock lock,
      Condition changed,
      InstantSource clock) {
    this.folder = folder;
    this.identity = List.copyOf(identity);
    this.tree = tree;
    this.pool = tree.pool();
    this.lock = lock;
    this.changed = changed;
    work = lock.newCondition();
    writer = new DiskWriter(folder, this::root, tree, lock, changed, clock);
    reader = Thread.ofPlatform().daemon().name("minke-cache-reader").start(this::read);
  }

  private UnitKey root(String user) {
    List<String> whose = new ArrayList<>(identity);
    whose.add(user);
    return UnitKey.root(whose);
  }

  DiskCounts counts() {
    return writer.counts(foundTokens);
  }

  // ---- the engine's side

  /// Begins to look for what is not in memory of a prompt.
  ///
  /// @return whether there is anything to look for
  boolean fetch(ActiveSequence sequence) {
    int units = Math.min(sequence.promptLength(), sequence.length() - 1) / KvView.TILE;
    boolean isWhole = sequence.computed() == sequence.pageCount() * KvView.TILE;
    if (closing || sequence.readsAll() || !isWhole || sequence.pageCount() >= units) {
      return false;
    }
    int[] tokens = Arrays.copyOf(sequence.tokens(), units * KvView.TILE + tree.ahead());
    Fetch fetch = new Fetch(sequence, tokens, tree.ahead(), root(sequence.user()));
    fetches.put(sequence, fetch);
    turns.add(fetch);
    work.signalAll();
    return true;
  }

  boolean isFetching(ActiveSequence sequence) {
    return fetches.containsKey(sequence);
  }

  /// Whether any sequence waits for pages.
  boolean isFetching() {
    return !fetches.isEmpty();
  }

  /// Whether it holds pages for a while.
  boolean isBusy() {
    return holds || writer.isBusy();
  }

  /// A sequence waits no longer.
  void forget(ActiveSequence sequence) {
    fetches.remove(sequence);
  }

  /// Has the whole pages of a sequence written, which are in the tree.
  void keep(ActiveSequence sequence) {
    writer.keep(sequence);
  }

  // ---- reading

  private void read() {
    while (true) {
      Fetch fetch;
      int page = PagePool.NONE;
      lock.lock();
      try {
        while (turns.isEmpty() && !closing) {
          work.awaitUninterruptibly();
        }
        if (closing) {
          return;
        }
        fetch = turns.remove();
        page = nextPage(fetch);
      } finally {
        lock.unlock();
      }
      if (page != PagePool.NONE) {
        read(fetch, page);
      }
    }
  }

  /// A page for the next unit of a sequence; where there is none to read any more, the sequence
  /// goes on.
  private int nextPage(Fetch fetch) {
    ActiveSequence sequence = fetch.sequence;
    if (fetches.get(sequence) != fetch) {
      return PagePool.NONE;
    }
    PrefixTree.Match _ = tree.lend(sequence);
    boolean isMissing = sequence.computed() < fetch.tokens.length - fetch.ahead;
    int page = isMissing ? tree.take() : PagePool.NONE;
    if (page == PagePool.NONE) {
      finish(fetch);
    } else {
      fetch.from = sequence.computed();
      holds = true;
    }
    return page;
  }

  private void read(Fetch fetch, int page) {
    int from = fetch.from;
    boolean found = false;
    try {
      int[] tokens = Arrays.copyOfRange(fetch.tokens, from, from + KvView.TILE);
      UnitKey key = fetch.key(from / KvView.TILE);
      found = folder.read(key, tokens, pool.bytes(page, KvView.TILE));
    } finally {
      lock.lock();
      try {
        holds = false;
        boolean isWanted = fetches.get(fetch.sequence) == fetch;
        if (found && isWanted) {
          int before = fetch.sequence.fromDisk();
          fetch.sequence.adoptRead(page);
          foundTokens += fetch.sequence.fromDisk() - before;
          share(fetch.sequence);
          turns.add(fetch);
        } else {
          pool.release(page);
          if (isWanted) {
            finish(fetch);
          }
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// What was read is there for others, too, who may wait for the same.
  private void share(ActiveSequence sequence) {
    tree.keep(sequence.user(), sequence.tokens(), sequence.pages(), sequence.computed());
  }

  private void finish(Fetch fetch) {
    fetches.remove(fetch.sequence);
    changed.signalAll();
  }

  /// Writes what waits, if that does not take long, and ends the threads. The caller must not hold
  /// the lock.
  @Override
  public void close() {
    Thread writing;
    lock.lock();
    try {
      closing = true;
      work.signalAll();
      writing = writer.end();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread thread : List.of(reader, writing)) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
