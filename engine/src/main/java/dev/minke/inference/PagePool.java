package dev.minke.inference;

import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvLayout;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.model.CausalModel;
import dev.minke.model.KvCache;
import dev.minke.tensor.LargePages;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The memory of a cache in pages of [KvView#TILE] positions, each counted by how many hold it.
///
/// Address space is taken at once, memory when a page is first written; low pages go first, so no
/// more is taken than the most that was ever in use. Who holds what is guarded by the engine's
/// lock; the content of a page belongs to whoever alone holds it, and does not change once it is
/// shared.
final class PagePool implements AutoCloseable {
  static final int NONE = -1;

  private final Arena arena = Arena.ofShared();
  private final KvCache cache;
  private final List<MemorySegment> memories = new ArrayList<>();
  private final int rowBytes;
  private final int[] holders;

  /// A heap of the free pages, lowest first.
  private final int[] free;

  private int freeCount;

  PagePool(CausalModel.CacheShape shape, CacheFormat format, int pages) {
    List<KvRows> layers = new ArrayList<>();
    KvLayout layout = shape.layout(format);
    Shape rows = layout.shape(pages * KvView.TILE);
    rowBytes = layout.bytes();
    for (int layer = 0; layer < shape.layers(); layer++) {
      MemorySegment memory = LargePages.allocate(arena, rows.rows() * layout.bytes());
      memories.add(memory);
      layers.add(layout.over(Tensor.over(memory, layout.dtype(), rows)));
    }
    cache = new KvCache(layers);
    holders = new int[pages];
    free = new int[pages];
    for (int page = 0; page < pages; page++) {
      free[page] = page;
    }
    freeCount = pages;
  }

  KvCache cache() {
    return cache;
  }

  int pages() {
    return holders.length;
  }

  int free() {
    return freeCount;
  }

  /// Takes a free page, held once; its content is undefined.
  ///
  /// @return [#NONE] if there is none
  int take() {
    if (freeCount == 0) {
      return NONE;
    }
    int page = free[0];
    free[0] = free[--freeCount];
    sink();
    holders[page] = 1;
    return page;
  }

  void hold(int page) {
    requireHeld(page);
    holders[page]++;
  }

  /// Gives up one hold; without holders the page is free.
  void release(int page) {
    requireHeld(page);
    if (--holders[page] == 0) {
      free[freeCount] = page;
      rise(freeCount++);
    }
  }

  boolean heldOnce(int page) {
    return holders[page] == 1;
  }

  private void requireHeld(int page) {
    if (holders[page] < 1) {
      throw new IllegalStateException("page %d is free".formatted(page));
    }
  }

  /// Copies the first positions of a page in every layer.
  void copy(Kernels kernels, int from, int to, int positions) {
    for (KvRows layer : cache.layers()) {
      int source = from * KvView.TILE;
      int target = to * KvView.TILE;
      kernels.copy(
          layer.memory().rows(source, source + positions),
          layer.memory().rows(target, target + positions));
    }
  }

  /// The memory of the first positions of a page, layer after layer.
  List<ByteBuffer> bytes(int page, int positions) {
    List<ByteBuffer> bytes = new ArrayList<>(memories.size());
    long first = (long) page * KvView.TILE * rowBytes;
    for (MemorySegment memory : memories) {
      bytes.add(memory.asSlice(first, (long) positions * rowBytes).asByteBuffer());
    }
    return bytes;
  }

  /// Bytes of a page, all layers together.
  long pageBytes() {
    return (long) memories.size() * KvView.TILE * rowBytes;
  }

  private void rise(int at) {
    int child = at;
    while (child > 0 && free[(child - 1) / 2] > free[child]) {
      swap(child, (child - 1) / 2);
      child = (child - 1) / 2;
    }
  }

  private void sink() {
    int parent = 0;
    while (2 * parent + 1 < freeCount) {
      int child = 2 * parent + 1;
      if (child + 1 < freeCount && free[child + 1] < free[child]) {
        child++;
      }
      if (free[parent] <= free[child]) {
        return;
      }
      swap(parent, child);
      parent = child;
    }
  }

  private void swap(int a, int b) {
    int page = free[a];
    free[a] = free[b];
    free[b] = page;
  }

  @Override
  public void close() {
    arena.close();
  }
}
