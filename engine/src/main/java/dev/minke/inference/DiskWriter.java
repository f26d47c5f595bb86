package dev.minke.inference;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.inference.disk.UnitFolder;
import dev.minke.inference.disk.UnitKey;
import dev.minke.kernel.KvView;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// Writes the pages of ended sequences to a [DiskTier]'s folder, on a thread of its own.
///
/// It takes pages from the tree one by one, so none is kept from others for longer than a file
/// takes; what has gone from there meanwhile is not written. All but what says otherwise is guarded
/// by the engine's lock.
final class DiskWriter {
  /// Ended sequences whose pages wait to be written.
  private static final int MOST_WAITING = 64;

  /// Nothing is written for so long after a failure.
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /// For what waits when the engine is closed.
  private static final Duration FAREWELL = Duration.ofSeconds(10);

  private final UnitFolder folder;
  private final Function<String, UnitKey> roots;
  private final PagePool pool;
  private final PrefixTree tree;
  private final ReentrantLock lock;

  /// Tells the engine that a page is free.
  private final Condition changed;

  private final InstantSource clock;

  /// Tells the thread that there is something to write.
  private final Condition work;

  private final Thread thread;
  private final Deque<Ended> ended = new ArrayDeque<>();

  /// Whether the thread holds a page.
  private boolean holds;

  private boolean closing;
  private long end;
  private long written;
  private long dropped;
  private long failed;

  /// Of the thread.
  private Instant pausedUntil = Instant.MIN;

  /// Whether writing failed last time; of the thread.
  private boolean fails;

  /// What is to be written.
  ///
  /// @param tokens of whole pages, and those ahead on which they depend
  private record Ended(String user, int[] tokens, Instant time) {
    int units() {
      return tokens.length / KvView.TILE;
    }
  }

  /// @param roots key of no tokens, of a user
  /// @param lock the engine's
  /// @param changed of that lock; heard by the engine
  DiskWriter(
      UnitFolder folder,
      Function<String, UnitKey> roots,
      PrefixTree tree,
      ReentrantLock lock,
      Condition changed,
      InstantSource clock) {
    this.folder = folder;
    this.roots = roots;
    this.tree = tree;
    this.pool = tree.pool();
    this.lock = lock;
    this.changed = changed;
    this.clock = clock;
    work = lock.newCondition();
    thread = Thread.ofPlatform().daemon().name("minke-cache-writer").start(this::write);
  }

  /// @param foundTokens that were read
  DiskCounts counts(long foundTokens) {
    return new DiskCounts(foundTokens, folder.bytes(), written, dropped, failed, folder.damaged());
  }

  /// Whether it holds a page for a while.
  boolean isBusy() {
    return holds;
  }

  /// Has the whole pages of a sequence written, which are in the tree.
  void keep(ActiveSequence sequence) {
    int units = sequence.complete(tree.ahead()) / KvView.TILE;
    if (units == 0) {
      return;
    }
    if (closing || ended.size() >= MOST_WAITING) {
      dropped += units;
      return;
    }
    int[] tokens = Arrays.copyOf(sequence.tokens(), units * KvView.TILE + tree.ahead());
    ended.add(new Ended(sequence.user(), tokens, clock.instant()));
    work.signalAll();
  }

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
    UnitKey key = roots.apply(sequence.user);
    for (int unit = 0; unit < sequence.units(); unit++) {
      int from = unit * KvView.TILE;
      key = key.next(sequence.tokens, from, from + KvView.TILE + tree.ahead());
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
        holds = false;
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
      holds = page != PagePool.NONE;
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
      System.getLogger(DiskWriter.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "cache: {0}; the engine goes on without, and tries again every minute",
              CheckpointException.of("write to", folder.path(), cause).getMessage());
    }
    fails = true;
    pausedUntil = clock.instant().plus(PAUSE);
  }

  /// Asks for the end: what waits is written if that does not take long.
  ///
  /// @return the thread, which then ends
  Thread end() {
    closing = true;
    end = System.nanoTime() + FAREWELL.toNanos();
    work.signalAll();
    return thread;
  }
}
