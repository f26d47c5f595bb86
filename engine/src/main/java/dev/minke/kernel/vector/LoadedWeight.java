package dev.minke.kernel.vector;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.Resident;
import dev.minke.tensor.LargePages;
import dev.minke.tensor.Shape;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A stored weight in memory, its rows as they lie in the file.
///
/// Forward products read the rows themselves. For products over the other axis, and for masters
/// that files hold turned, panels in F32 are made at the first use: of the weights of a model those
/// are only the up-projections of latent attention, a hundredth of it.
final class LoadedWeight implements Resident {
  private final StoredWeight weight;
  private final MatrixProducts products;
  private final Arena arena = Arena.ofShared();
  private final @Nullable StoredPanels matrix;
  private final @Nullable StoredPanels stack;
  private final Prepared[] wide = new Prepared[2 * Orientation.values().length];

  LoadedWeight(StoredWeight weight, MatrixProducts products, Gang gang) {
    this.weight = weight;
    this.products = products;
    if (weight.turned()) {
      matrix = null;
      stack = null;
      return;
    }
    List<List<Section>> groups = new ArrayList<>();
    List<Section> flat = new ArrayList<>();
    try {
      for (List<StoredRows> group : weight.groups()) {
        List<Section> sections = new ArrayList<>();
        for (StoredRows rows : group) {
          sections.add(read(rows, arena, gang));
        }
        groups.add(sections);
        flat.addAll(sections);
      }
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
    matrix = new StoredPanels(List.of(flat));
    stack = weight.shape().rank() == 3 ? new StoredPanels(groups) : matrix;
  }

  /// Bytes that a thread reads at once.
  private static final int PIECE_BYTES = 4 << 20;

  private static Section read(StoredRows rows, Arena arena, Gang gang) {
    long rowBytes = rows.format().rowBytes(rows.columns());
    MemorySegment memory = LargePages.allocate(arena, Math.max(1, rows.count() * rowBytes));
    int each = (int) Math.clamp(PIECE_BYTES / rowBytes, 1, rows.count());
    int pieces = (rows.count() + each - 1) / each;
    gang.run(
        rows.count() * rowBytes,
        pieces,
        piece -> {
          int from = piece * each;
          rows.read(from, Math.min(rows.count(), from + each), memory, from * rowBytes);
        });
    return new Section(rows.format(), memory.address(), rowBytes, rows.count(), rows.columns());
  }

  @Override
  public Prepared matrix(Orientation orientation) {
    return orientation == Orientation.FORWARD && matrix != null ? matrix : wide(orientation, false);
  }

  @Override
  public Prepared stack(Orientation orientation) {
    return orientation == Orientation.FORWARD && stack != null ? stack : wide(orientation, true);
  }

  private synchronized Prepared wide(Orientation orientation, boolean stacked) {
    int index = 2 * orientation.ordinal() + (stacked ? 1 : 0);
    if (wide[index] == null) {
      try (Arena temporary = Arena.ofShared()) {
        Tensor all = weight.widen(temporary);
        Shape shape = all.shape();
        boolean asItIs = stacked || shape.rank() == 2;
        Tensor master = asItIs ? all : all.reshape(Math.toIntExact(shape.rows()), shape.columns());
        wide[index] = products.prepare(master, orientation);
      }
    }
    return wide[index];
  }

  /// A row of the matrix in F32.
  ///
  /// @param to `[in]`
  /// @param room floats of a chunk
  void row(int row, long to, long room) {
    if (matrix == null) {
      throw new IllegalStateException("stored weight " + weight.shape() + ": no table of rows");
    }
    matrix.row(row, to, room);
  }

  @Override
  public long bytes() {
    long bytes = matrix == null ? 0 : matrix.bytes();
    for (Prepared form : wide) {
      bytes += form == null ? 0 : form.bytes();
    }
    return bytes;
  }

  @Override
  public void close() {
    for (Prepared form : wide) {
      if (form != null) {
        form.close();
      }
    }
    arena.close();
  }
}
