package dev.minke.inference;

import dev.minke.inference.disk.UnitFolder;
import dev.minke.inference.disk.UnitKey;
import dev.minke.kernel.KvView;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
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
import org.jspecify.annotations.Nullable;

/// The part of a cache that is on disk, under a [PrefixTree]: whole pages alone.
///
/// What a sequence has computed is written when it ends, by a thread that does nothing else; of its
/// prompt, what is not in memory is looked for when it is admitted, by another one, which reads a
/// page of each that waits in turn. Neither holds the lock while it reads or writes. The rule of
/// what is found for whom is the tree's: the user's own, bitwise what it would compute with
/// [Precision#EXACT]; a sequence's own answer is never looked for here. All but that is guarded by
/// the engine's lock.
final class DiskTier implements AutoCloseable {
  /// Ended sequences whose pages wait to be written.
  private static final int MOST_WAITING = 64;

  /// Nothing is written for so long after a failure.
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /// For what waits when the engine is closed.
  private static final Duration FAREWELL = Duration.ofSeconds(10);

  private final UnitFolder folder;
  private final List<String> identity;
  private final PagePool pool;
  private final PrefixTree tree;
  private final ReentrantLock lock;

  /// Tells the engine that something is there.
  private final Condition changed;

  private final InstantSource clock;

  /// Tells the threads here that there is something to do.
  private final Condition work;

  private final Thread reader;
  private final Thread writer;
  private final Deque<Ended> ended = new ArrayDeque<>();
  private final Deque<Fetch> turns = new ArrayDeque<>();
  private final Map<ActiveSequence, Fetch> fetches = new IdentityHashMap<>();

  /// Pages that the threads hold.
  private int borrowed;

  private boolean closing;
  private long end;
  private long foundTokens;
  private long written;
  private long dropped;
  private long failed;

  /// Of the thread that writes.
  private Instant pausedUntil = Instant.MIN;

  /// Whether writing failed last time; of the thread that writes.
  private boolean fails;

  /// What is to be written.
  ///
  /// @param tokens of whole pages
  private record Ended(String user, int[] tokens, Instant time) {
    int units() {
      return tokens.length / KvView.TILE;
    }
  }

  /// A sequence that waits for pages.
  private static final class Fetch {
    private final ActiveSequence sequence;

    /// Of whole pages, so that the newest is not among them.
    private final int[] tokens;

    private UnitKey key;
    private int keyed;

    /// First token of the unit that is read.
    private int from;

    Fetch(ActiveSequence sequence, int[] tokens, UnitKey root) {
      this.sequence = sequence;
      this.tokens = tokens;
      key = root;
    }

    /// Key of a unit, at or behind the last that was asked for.
    UnitKey key(int unit) {
      for (; keyed <= unit; keyed++) {
        key = key.next(tokens, keyed * KvView.TILE, (keyed + 1) * KvView.TILE);
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
    this.clock = clock;
    work = lock.newCondition();
    reader = Thread.ofPlatform().daemon().name("minke-cache-reader").start(this::read);
    writer = Thread.ofPlatform().daemon().name("minke-cache-writer").start(this::write);
  }

  private UnitKey root(String user) {
    List<String> whose = new ArrayList<>(identity);
    whose.add(user);
    return UnitKey.root(whose);
  }

  DiskCounts counts() {
    return new DiskCounts(foundTokens, folder.bytes(), written, dropped, failed, folder.damaged());
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
    int[] tokens = Arrays.copyOf(sequence.tokens(), units * KvView.TILE);
    Fetch fetch = new Fetch(sequence, tokens, root(sequence.user()));
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
    return borrowed > 0;
  }

  /// A sequence waits no longer.
  void forget(ActiveSequence sequence) {
    fetches.remove(sequence);
  }

  /// Has the whole pages of a sequence written, which are in the tree.
  void keep(ActiveSequence sequence) {
    int units = sequence.computed() / KvView.TILE;
    if (units == 0) {
      return;
    }
    if (closing || ended.size() >= MOST_WAITING) {
      dropped += units;
      return;
    }
    int[] tokens = Arrays.copyOf(sequence.tokens(), units * KvView.TILE);
    ended.add(new Ended(sequence.user(), tokens, clock.instant()));
    work.signalAll();
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
    int page = sequence.computed() < fetch.tokens.length ? tree.take() : PagePool.NONE;
    if (page == PagePool.NONE) {
      finish(fetch);
    } else {
      fetch.from = sequence.computed();
      borrowed++;
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
        borrowed--;
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

  // ---- writing

  private void write() {
    while (true) {
      Ended next;
      lock.lock();
      try {
        while (ended.isEmpty() && !closing) {
          work.awaitUninterruptibly();
        }
        if (ended.isEmpty()) {
          return;
        }
        next = ended.remove();
      } finally {
        lock.unlock();
      }
      write(next);
    }
  }

  private void write(Ended sequence) {
    UnitKey key = root(sequence.user);
    for (int unit = 0; unit < sequence.units(); unit++) {
      int from = unit * KvView.TILE;
      key = key.next(sequence.tokens, from, from + KvView.TILE);
      // The first of them are of use without the last, not the other way.
      Instant used = sequence.time.minusMillis(unit);
      if (!write(sequence, from, key, used)) {
        return;
      }
    }
  }

  /// @return false if there is no use in those behind it
  private boolean write(Ended sequence, int from, UnitKey key, Instant used) {
    int left = sequence.units() - from / KvView.TILE;
    try {
      if (folder.use(key, used)) {
        return true;
      }
      if (clock.instant().isBefore(pausedUntil)) {
        count(0, left);
        return false;
      }
      int page = borrow(sequence, from + KvView.TILE);
      if (page == PagePool.NONE) {
        count(left, 0);
        return false;
      }
      int[] tokens = Arrays.copyOfRange(sequence.tokens, from, from + KvView.TILE);
      write(key, tokens, page, used);
      fails = false;
      return true;
    } catch (IOException e) {
      pause(e);
      count(0, left);
      return false;
    }
  }

  private void write(UnitKey key, int[] tokens, int page, Instant used) throws IOException {
    boolean done = false;
    try {
      folder.write(key, tokens, pool.bytes(page, KvView.TILE), used);
      done = true;
    } finally {
      lock.lock();
      try {
        written += done ? 1 : 0;
        pool.release(page);
        borrowed--;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// @param count tokens up to the page's end
  /// @return a page held for the caller; [PagePool#NONE] if it is gone, or there is no more time
  private int borrow(Ended sequence, int count) {
    lock.lock();
    try {
      if (closing && System.nanoTime() - end >= 0) {
        return PagePool.NONE;
      }
      int page = tree.hold(sequence.user, sequence.tokens, count);
      borrowed += page == PagePool.NONE ? 0 : 1;
      return page;
    } finally {
      lock.unlock();
    }
  }

  private void count(int droppedUnits, int failedUnits) {
    lock.lock();
    try {
      dropped += droppedUnits;
      failed += failedUnits;
    } finally {
      lock.unlock();
    }
  }

  /// Says so once, not at each try.
  private void pause(IOException cause) {
    if (!fails) {
      System.getLogger(DiskTier.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "cache: cannot write to {0}: {1}; the engine goes on without, and tries again every"
                  + " minute",
              folder.path(),
              reason(cause));
    }
    fails = true;
    pausedUntil = clock.instant().plus(PAUSE);
  }

  private static @Nullable String reason(IOException cause) {
    return cause instanceof java.nio.file.FileSystemException fault && fault.getReason() != null
        ? fault.getReason()
        : cause.toString();
  }

  /// Writes what waits, if that does not take long, and ends the threads. The caller must not hold
  /// the lock.
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      end = System.nanoTime() + FAREWELL.toNanos();
      work.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread thread : List.of(reader, writer)) {
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
