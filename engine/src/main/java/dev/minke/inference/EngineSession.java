package dev.minke.inference;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.inference.disk.CacheFile;
import dev.minke.kernel.KvView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Tokens whose pages stay in an engine's cache: a conversation that goes on where it was, forks,
/// is taken back, and is saved to a file.
///
/// What is asked is a whole prompt; of it, only what comes behind the beginning that it shares with
/// the session has to pass the model, and afterwards the session is prompt and answer. With
/// [Precision#EXACT] answers are bitwise those without a session. Otherwise what is there of
/// earlier answers was computed as generated tokens are, which is equal but for rounding.
///
/// Forks share pages; a page that is begun is copied by whoever goes on from it. Pages of a session
/// are never given up for others: close it. Its methods may be called by any thread; one request of
/// a session is under way at a time. An engine that is closed ends its sessions.
public final class EngineSession implements AutoCloseable {
  private final Engine engine;
  private final EngineCache cache;
  private final PagePool pool;

  /// The engine's; guards all below.
  private final ReentrantLock lock;

  /// Tokens behind a position on which its row depends.
  private final int ahead;

  private int[] tokens;

  /// Tokens that have rows in the pages; `ahead` more are there.
  private int computed;

  private int[] pages;
  private @Nullable Generation underWay;
  private boolean closed;

  /// @param pages held for it, as many as the rows need
  EngineSession(Engine engine, EngineCache cache, int[] tokens, int computed, int[] pages) {
    this.engine = engine;
    this.cache = cache;
    this.pool = cache.pool();
    this.ahead = cache.tree().ahead();
    this.lock = cache.lock();
    this.tokens = tokens;
    this.computed = computed;
    this.pages = pages;
  }

  /// See [Engine#restore].
  static EngineSession restore(Engine engine, EngineCache cache, Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      CacheFile saved = CacheFile.read(channel, file);
      if (!Arrays.equals(saved.key(), cache.sessionKey())) {
        throw new CheckpointException(
            file + ": expected a session of this model and precision, found one of others");
      }
      if (saved.tokens().length > engine.limit()) {
        throw new CheckpointException(
            "%s: expected a session of at most %d tokens, the context, found %d"
                .formatted(file, engine.limit(), saved.tokens().length));
      }
      int[] pages = cache.take(pagesOf(saved.positions()));
      int[] wasted = pages;
      try {
        saved.readRows(channel, file, cache.rows(pages, saved.positions()));
        wasted = new int[0];
        return new EngineSession(engine, cache, saved.tokens(), saved.positions(), pages);
      } finally {
        cache.giveBack(wasted);
      }
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
  }

  private static int pagesOf(int positions) {
    return (positions + KvView.TILE - 1) / KvView.TILE;
  }

  /// How many tokens it has.
  public int length() {
    lock.lock();
    try {
      return tokens.length;
    } finally {
      lock.unlock();
    }
  }

  /// Its tokens: of the last prompt and its answer, or what was left of them.
  public int[] tokens() {
    lock.lock();
    try {
      return tokens.clone();
    } finally {
      lock.unlock();
    }
  }

  /// Has a request answered, and becomes its prompt and its answer. If a step fails, it stays as it
  /// was.
  ///
  /// @throws IllegalStateException if it has a request under way, or is closed
  /// @see Engine#submit
  public Generation submit(Request request, TokenListener listener) {
    lock.lock();
    try {
      requireIdle();
      Generation generation = engine.submit(request, listener, this);
      underWay = generation;
      return generation;
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("session: it is closed");
    }
  }

  private void requireIdle() {
    requireOpen();
    if (underWay != null) {
      throw new IllegalStateException("session: expected no request under way, found one");
    }
  }

  /// Another one with the same tokens, which goes its own way from here. A request under way is not
  /// part of it.
  public EngineSession fork() {
    lock.lock();
    try {
      requireOpen();
      for (int page : pages) {
        pool.hold(page);
      }
      return new EngineSession(engine, cache, tokens, computed, pages);
    } finally {
      lock.unlock();
    }
  }

  /// Forgets the newest tokens.
  ///
  /// @param kept how many stay
  /// @throws IllegalStateException if it has a request under way, or is closed
  public void rewind(int kept) {
    lock.lock();
    try {
      requireIdle();
      if (kept < 0 || kept > tokens.length) {
        throw new IllegalArgumentException(
            "session: expected to keep 0 to %d tokens, found %d".formatted(tokens.length, kept));
      }
      tokens = Arrays.copyOf(tokens, kept);
      computed = Math.max(0, Math.min(computed, kept - ahead));
      int left = pagesOf(computed);
      release(left);
      pages = Arrays.copyOf(pages, left);
    } finally {
      lock.unlock();
    }
  }

  private void release(int from) {
    for (int i = from; i < pages.length; i++) {
      pool.release(pages[i]);
    }
  }

  /// Gives its pages back. A request under way is cancelled.
  @Override
  public void close() {
    lock.lock();
    try {
      if (underWay != null) {
        underWay.cancel();
      }
      release(0);
      pages = new int[0];
      tokens = new int[0];
      computed = 0;
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  // ---- files

  /// Writes tokens and pages to a file; see [Engine#restore].
  ///
  /// @throws CheckpointException if it cannot be written; what was there before is untouched
  public void save(Path file) {
    int[] saved;
    int positions;
    int[] held;
    lock.lock();
    try {
      requireOpen();
      saved = tokens;
      positions = computed;
      held = pages;
      cache.hold(held);
    } finally {
      lock.unlock();
    }
    try {
      byte[] key = cache.sessionKey();
      List<ByteBuffer> rows = cache.rows(held, positions);
      AtomicFile.write(file, channel -> CacheFile.write(channel, key, saved, positions, rows));
    } finally {
      cache.giveBack(held);
    }
  }

  // ---- the engine's side, under its lock

  /// How many of the tokens of a sequence are here with their rows.
  ///
  /// @param limit tokens that count; there is one more
  int common(int[] others, int limit) {
    int most = Math.min(Math.min(limit, computed) + ahead, tokens.length);
    int differs = Arrays.mismatch(tokens, 0, most, others, 0, most);
    return Math.max(0, (differs < 0 ? most : differs) - ahead);
  }

  /// The page of a tile, still held by the session alone.
  int page(int tile) {
    return pages[tile];
  }

  /// Its request is over.
  ///
  /// @param sound whether what was computed may be kept
  void ended(ActiveSequence sequence, boolean sound) {
    underWay = null;
    if (closed || !sound) {
      return;
    }
    int common = common(sequence.tokens(), sequence.length() - ahead);
    int[] newPages;
    if (sequence.complete(ahead) >= common) {
      computed = sequence.complete(ahead);
      newPages = Arrays.copyOf(sequence.pages(), pagesOf(computed));
    } else {
      computed = common;
      newPages = Arrays.copyOf(pages, pagesOf(computed));
    }
    for (int page : newPages) {
      pool.hold(page);
    }
    release(0);
    pages = newPages;
    tokens = Arrays.copyOf(sequence.tokens(), sequence.length());
  }
}
