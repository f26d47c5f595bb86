package dev.minke.kernel.vector;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.Resident;
import dev.minke.kernel.vector.SectionReader.Piece;
import dev.minke.tensor.LargePages;
import dev.minke.tensor.Shape;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A stored weight in memory.
///
/// Rows of F32 become panels. Rows of formats that have products in integers, and of numbers of 16
/// bits, are brought into strips; others stay as they lie in the file ([RowWidening]). Either are
/// widened chunk by chunk when a forward product reads them, or a backward one where the file holds
/// the master turned. For products over the other axis panels in F32 are made at the first use: of
/// the weights of a model those are only the up-projections of latent attention, a hundredth of it.
final class LoadedWeight implements Resident {
  private final StoredWeight weight;
  private final MatrixProducts products;
  private final Gang gang;
  private final SectionReader reader;
  private final Arena arena = Arena.ofShared();
  private final @Nullable StoredPanels matrix;
  private final @Nullable StoredPanels stack;

  /// For backward products of each matrix, if files hold them turned.
  private final @Nullable StoredPanels turned;

  private final @Nullable IntegerPanels fastMatrix;
  private final @Nullable IntegerPanels fastStack;
  private final @Nullable IntegerPanels fastTurned;
  private final Prepared[] wide = new Prepared[2 * Orientation.values().length];

  LoadedWeight(StoredWeight weight, MatrixProducts products, Gang gang, SectionReader reader) {
    this.weight = weight;
    this.products = products;
    this.gang = gang;
    this.reader = reader;
    if (isFloat(weight)) {
      matrix = null;
      stack = null;
      turned = null;
      fastMatrix = null;
      fastStack = null;
      fastTurned = null;
      return;
    }
    List<List<Section>> groups;
    try {
      groups = read();
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
    List<Section> flat = groups.stream().flatMap(List::stream).toList();
    Orientation orientation = weight.turned() ? Orientation.BACKWARD : Orientation.FORWARD;
    StoredPanels all = new StoredPanels(orientation, groups.getFirst(), groups);
    turned = weight.turned() ? all : null;
    if (weight.turned()) {
      matrix = null;
      stack = null;
    } else if (weight.shape().rank() == 3) {
      matrix = new StoredPanels(orientation, flat, List.of(flat));
      stack = all;
    } else {
      matrix = all;
      stack = all;
    }
    boolean integers =
        products.hasIntegers() && flat.stream().allMatch(StripSection.class::isInstance);
    fastMatrix = integers && matrix != null ? new IntegerPanels(matrix) : null;
    fastStack = integers && stack != null ? new IntegerPanels(stack) : null;
    fastTurned = integers && turned != null ? new IntegerPanels(turned) : null;
  }

  private static boolean isFloat(StoredWeight weight) {
    return weight.groups().stream()
        .flatMap(List::stream)
        .allMatch(rows -> rows.format().name().equals("F32"));
  }

  /// Reads all groups, in one memory, shared among the threads.
  private List<List<Section>> read() {
    long bytes = 0;
    for (List<StoredRows> group : weight.groups()) {
      bytes += SectionReader.bytes(SectionReader.sections(group, 0));
    }
    long next = LargePages.allocate(arena, Math.max(1, bytes)).address();
    List<List<Section>> groups = new ArrayList<>();
    List<Piece> pieces = new ArrayList<>();
    for (List<StoredRows> group : weight.groups()) {
      List<Section> sections = SectionReader.sections(group, next);
      groups.add(sections);
      pieces.addAll(SectionReader.pieces(group, sections));
      next += SectionReader.bytes(sections);
    }
    gang.run(bytes, pieces.size(), i -> reader.read(pieces.get(i)));
    return groups;
  }

  @Override
  public Prepared matrix(Orientation orientation) {
    return orientation == Orientation.FORWARD && matrix != null ? matrix : wide(orientation, false);
  }

  @Override
  public Prepared stack(Orientation orientation) {
    StoredPanels asStored = orientation == Orientation.FORWARD ? stack : turned;
    return asStored != null ? asStored : wide(orientation, true);
  }

  @Override
  public Prepared fastMatrix() {
    return fastMatrix == null ? matrix(Orientation.FORWARD) : fastMatrix;
  }

  @Override
  public Prepared fastStack(Orientation orientation) {
    IntegerPanels fast = orientation == Orientation.FORWARD ? fastStack : fastTurned;
    return fast == null ? stack(orientation) : fast;
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
  /// @param room floats of [#room]
  void row(int row, long to, long room) {
    if (matrix != null) {
      matrix.row(row, to, room);
    } else {
      ((Panels) matrix(Orientation.FORWARD)).row(row, to);
    }
  }

  /// Floats that [#row] wants.
  long room() {
    return matrix == null ? 0 : matrix.room();
  }

  @Override
  public long bytes() {
    StoredPanels asStored = turned == null ? matrix : turned;
    long bytes = asStored == null ? 0 : asStored.bytes();
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
