package dev.minke.kernel.vector;

import dev.minke.kernel.vector.CachedLayer.Placed;
import dev.minke.kernel.vector.SectionReader.Piece;
import dev.minke.tensor.LargePages;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Memory for one expert of any layer. The lock of its [ExpertCache] guards it.
final class ExpertSlot implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final long address;
  private @Nullable CachedLayer layer;
  private @Nullable Placed placed;
  private List<Piece> pieces = List.of();
  private int expert;
  private boolean whole;
  private boolean busy;

  ExpertSlot(long bytes) {
    address = LargePages.allocate(arena, bytes).address();
  }

  /// Whether a read ahead into it is under way.
  boolean isBusy() {
    return busy;
  }

  void isBusy(boolean now) {
    busy = now;
  }

  /// Whether all of its expert has been read.
  boolean isWhole() {
    return whole;
  }

  /// Gives it to an expert. Nothing happens if that is the one that it has.
  void become(CachedLayer layer, int expert) {
    if (this.layer == layer && this.expert == expert) {
      return;
    }
    if (this.layer != null && whole) {
      this.layer.remove(this.expert);
    }
    this.layer = layer;
    this.expert = expert;
    placed = layer.place(expert, address);
    pieces = layer.pieces(expert, placed);
    whole = false;
  }

  /// What must be read of its expert, some bytes at a time.
  List<Piece> pieces() {
    return pieces;
  }

  /// Says that all pieces have been read.
  void fill() {
    if (layer == null || placed == null) {
      throw new IllegalStateException("expert slot: it has no expert");
    }
    layer.put(expert, placed);
    whole = true;
  }

  @Override
  public void close() {
    arena.close();
  }
}
