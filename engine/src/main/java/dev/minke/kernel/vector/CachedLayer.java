package dev.minke.kernel.vector;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.Resident;
import dev.minke.kernel.StoredExperts;
import dev.minke.kernel.vector.SectionReader.Piece;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The experts of one layer, as far as an [ExpertCache] has them in slots.
final class CachedLayer {
  private final StoredExperts stored;
  private final Stack gateUp;
  private final Stack down;

  CachedLayer(ExpertCache cache, int index, StoredExperts stored, MatrixProducts products) {
    this.stored = stored;
    gateUp = new Stack(cache, index, stored.gateUp(), products.hasIntegers());
    down = new Stack(cache, index, stored.down(), products.hasIntegers());
  }

  int experts() {
    return stored.count();
  }

  Resident gateUp() {
    return gateUp;
  }

  Resident down() {
    return down;
  }

  /// Of the largest expert.
  long bytes() {
    long most = 0;
    for (int expert = 0; expert < experts(); expert++) {
      most = Math.max(most, gateUp.bytes(expert) + down.bytes(expert));
    }
    return most;
  }

  /// An expert's place in memory.
  record Placed(List<Section> gateUp, List<Section> down) {}

  Placed place(int expert, long address) {
    List<Section> first = SectionReader.sections(gateUp.rows(expert), address);
    return new Placed(
        first, SectionReader.sections(down.rows(expert), address + SectionReader.bytes(first)));
  }

  /// What must be read so that an expert is in its place, some at a time.
  List<Piece> pieces(int expert, Placed placed) {
    List<Piece> pieces = new ArrayList<>(SectionReader.pieces(gateUp.rows(expert), placed.gateUp));
    pieces.addAll(SectionReader.pieces(down.rows(expert), placed.down));
    return pieces;
  }

  /// From now on products find an expert there.
  void put(int expert, Placed placed) {
    gateUp.groups.set(expert, placed.gateUp);
    down.groups.set(expert, placed.down);
  }

  /// Products that meet this expert now fail.
  void remove(int expert) {
    gateUp.groups.set(expert, List.of());
    down.groups.set(expert, List.of());
  }

  /// One of the two weights.
  private static final class Stack implements Resident {
    private final ExpertCache cache;
    private final int layer;
    private final StoredWeight weight;

    /// By expert; none of one that is in no slot.
    private final List<List<Section>> groups;

    private final StoredPanels exact;
    private final @Nullable IntegerPanels fast;

    Stack(ExpertCache cache, int layer, StoredWeight weight, boolean hasIntegers) {
      this.cache = cache;
      this.layer = layer;
      this.weight = weight;
      List<List<Section>> none = new ArrayList<>();
      weight.groups().forEach(_ -> none.add(List.of()));
      groups = none;
      exact = new StoredPanels(Orientation.FORWARD, SectionReader.sections(rows(0), 0), groups);
      boolean integers =
          hasIntegers
              && weight.groups().stream()
                  .flatMap(List::stream)
                  .allMatch(rows -> SectionReader.section(rows, 0) instanceof StripSection);
      fast = integers ? new IntegerPanels(exact) : null;
    }

    List<StoredRows> rows(int expert) {
      return weight.groups().get(expert);
    }

    long bytes(int expert) {
      return SectionReader.bytes(SectionReader.sections(rows(expert), 0));
    }

    @Override
    public void expect(Tensor chosen) {
      cache.expect(layer, chosen);
    }

    @Override
    public Prepared stack(Orientation orientation) {
      if (orientation != Orientation.FORWARD) {
        throw new UnsupportedOperationException(
            "cached experts %s: they have forward products alone".formatted(weight.shape()));
      }
      return exact;
    }

    @Override
    public Prepared fastStack(Orientation orientation) {
      return fast == null ? stack(orientation) : fast;
    }

    @Override
    public Prepared matrix(Orientation orientation) {
      throw new UnsupportedOperationException(
          "cached experts %s: never all of them are in memory".formatted(weight.shape()));
    }

    @Override
    public Prepared fastMatrix() {
      return matrix(Orientation.FORWARD);
    }

    @Override
    public long bytes() {
      return groups.stream().mapToLong(SectionReader::bytes).sum();
    }

    /// The memory is the cache's.
    @Override
    public void close() {}
  }
}
