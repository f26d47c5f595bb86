package dev.minke.inference;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.inference.disk.CacheFile;
import dev.minke.inference.disk.UnitFolder;
import dev.minke.inference.disk.UnitKey;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.model.CausalModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What an engine keeps of tokens: pages, a tree of what is in them, a disk under it. With the lock
/// that guards them, and all else of the engine.
final class EngineCache implements AutoCloseable {
  /// To be raised when a release computes other bits: rows of an older one are not found then.
  private static final String ROWS = "rows 1";

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final String model;

  /// All that rows depend on, beside user and tokens.
  private final List<String> identity;

  private final PagePool pool;
  private final PrefixTree tree;
  private final @Nullable DiskTier disk;

  // Guarded by the lock.
  private boolean closed;
  private int borrowers;

  /// @throws IllegalArgumentException if the model cannot have a cache of that format, or is to
  ///   draft and has no predictor, or the disk may hold less than a page of the cache
  /// @throws CheckpointException if nothing can be written where the cache is to go on
  EngineCache(CausalModel model, Kernels kernels, EngineSettings settings) {
    this.model = settings.model();
    identity = identity(model, kernels, settings);
    CausalModel.CacheShape shape = EngineSettings.cacheShape(model, settings.drafts());
    pool = new PagePool(shape, settings.precision().cache(), settings.pages());
    tree = new PrefixTree(pool, settings.ahead());
    try {
      disk = settings.disk() == null ? null : open(settings.disk());
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  private static List<String> identity(
      CausalModel model, Kernels kernels, EngineSettings settings) {
    Precision precision = settings.precision();
    return List.of(
        ROWS,
        settings.model(),
        kernels.name(),
        precision.generated().name(),
        precision.arithmetic().name(),
        precision.cache().name(),
        EngineSettings.cacheShape(model, settings.drafts()).toString(),
        String.valueOf(KvView.TILE),
        ByteOrder.nativeOrder().toString());
  }

  private DiskTier open(DiskCache cache) {
    long unit = CacheFile.size(KvView.TILE, pool.pageBytes());
    if (cache.bytes() < unit) {
      throw new IllegalArgumentException(
          "cache: expected room for a page of %d bytes at least in %s, found %d bytes"
              .formatted(unit, cache.folder(), cache.bytes()));
    }
    UnitFolder folder = new UnitFolder(cache.folder(), cache.bytes());
    return new DiskTier(folder, identity, tree, lock, changed, InstantSource.system());
  }

  ReentrantLock lock() {
    return lock;
  }

  /// Of the lock; signalled when there may be something to do.
  Condition changed() {
    return changed;
  }

  PagePool pool() {
    return pool;
  }

  PrefixTree tree() {
    return tree;
  }

  @Nullable DiskTier disk() {
    return disk;
  }

  /// Whether pages are held for a while by whoever writes or reads them.
  boolean isBusy() {
    return borrowers > 0 || disk != null && disk.isBusy();
  }

  // ---- sessions

  /// What tells sessions of this model and precision from others.
  ///
  /// @throws IllegalStateException if nobody knows which model it is
  byte[] sessionKey() {
    if (model.isEmpty()) {
      throw new IllegalStateException(
          "session: expected to know which model it is, for a file, found nothing; the settings of"
              + " the engine say it");
    }
    List<String> whose = new ArrayList<>(identity);
    whose.add("session");
    return UnitKey.root(whose).bytes();
  }

  /// Takes pages to be filled outside the lock, each held once; [#giveBack] has to follow.
  ///
  /// @throws IllegalStateException if there are too few
  int[] take(int count) {
    lock.lock();
    try {
      borrow();
      int[] pages = new int[count];
      for (int i = 0; i < count; i++) {
        pages[i] = tree.take();
        if (pages[i] == PagePool.NONE) {
          giveBack(Arrays.copyOf(pages, i));
          throw new IllegalStateException(
              "session: expected %d pages that are free, found %d of %d; close other sessions, or wait for requests to end"
                  .formatted(count, i, pool.pages()));
        }
      }
      return pages;
    } finally {
      lock.unlock();
    }
  }

  /// Holds pages once more, to be read outside the lock; [#giveBack] has to follow.
  void hold(int[] pages) {
    lock.lock();
    try {
      borrow();
      for (int page : pages) {
        pool.hold(page);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Memory that is used outside the lock must not be freed meanwhile.
  private void borrow() {
    if (closed) {
      throw new IllegalStateException("engine: it is closed");
    }
    borrowers++;
  }

  /// The memory of pages is used no longer.
  ///
  /// @param released pages that are also given up
  void giveBack(int[] released) {
    lock.lock();
    try {
      for (int page : released) {
        pool.release(page);
      }
      borrowers--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// The memory of so many positions, page after page. What lies behind them in the last page is
  /// nobody's, or was somebody else's.
  List<ByteBuffer> rows(int[] pages, int positions) {
    List<ByteBuffer> rows = new ArrayList<>();
    for (int i = 0; i < pages.length; i++) {
      rows.addAll(pool.bytes(pages[i], Math.min(KvView.TILE, positions - i * KvView.TILE)));
    }
    return rows;
  }

  /// Frees the memory when nobody uses it. The caller must not hold the lock.
  @Override
  public void close() {
    if (disk != null) {
      disk.close();
    }
    lock.lock();
    try {
      closed = true;
      while (borrowers > 0) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    pool.close();
  }
}
