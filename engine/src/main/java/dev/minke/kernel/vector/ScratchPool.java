package dev.minke.kernel.vector;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Memory for intermediate results of parts of an operation: borrowed, grown when too small, given
/// back.
///
/// There are as many scratches as parts ever ran at once. Thread-safe; a borrowed scratch belongs
/// to one thread. Whoever made the pool closes it.
final class ScratchPool implements AutoCloseable {
  private final ArrayDeque<Scratch> free = new ArrayDeque<>();
  private final List<Scratch> all = new ArrayList<>();

  /// Native memory of one borrower; giving it back is closing it.
  final class Scratch implements AutoCloseable {
    private Arena arena = Arena.ofShared();
    private long floats;
    private long address;

    /// Room for so many floats, aligned to a cache line; content undefined. An earlier address of
    /// this scratch is dead.
    long floats(long count) {
      if (count > floats) {
        arena.close();
        arena = Arena.ofShared();
        floats = Math.max(count, 2 * floats);
        address = Memory.allocateFloats(arena, floats);
      }
      return address;
    }

    @Override
    public void close() {
      synchronized (ScratchPool.this) {
        free.push(this);
      }
    }
  }

  /// A scratch nobody else has.
  synchronized Scratch borrow() {
    if (free.isEmpty()) {
      Scratch scratch = new Scratch();
      all.add(scratch);
      return scratch;
    }
    return free.pop();
  }

  /// Frees the memory of all scratches; none may be borrowed.
  @Override
  public synchronized void close() {
    for (Scratch scratch : all) {
      scratch.arena.close();
    }
    all.clear();
    free.clear();
  }
}
