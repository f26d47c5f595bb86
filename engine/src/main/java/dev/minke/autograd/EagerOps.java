package dev.minke.autograd;

import dev.minke.kernel.Arithmetic;
import dev.minke.kernel.GatheredTiles;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/// Runs operations and forgets them: inference. Has the operations that exist only there.
public final class EagerOps extends Ops {
  private final Arithmetic arithmetic;

  public EagerOps(Kernels kernels, Workspace workspace, Observer observer, Arithmetic arithmetic) {
    super(kernels, workspace, observer);
    this.arithmetic = arithmetic;
  }

  /// Exact operations.
  public EagerOps(Kernels kernels, Workspace workspace, Observer observer) {
    this(kernels, workspace, observer, Arithmetic.EXACT);
  }

  public EagerOps(Kernels kernels, Workspace workspace) {
    this(kernels, workspace, Observer.NONE);
  }

  @Override
  void record(Op op) {}

  @Override
  Prepared forward(Parameter weight, boolean stacked) {
    return weight.forward(kernels(), stacked, arithmetic);
  }

  @Override
  boolean keepsForBackward() {
    return false;
  }

  /// Runs a part of a model and puts its result in the place of what it read. All else that it made
  /// is released, so a model of many parts takes the memory of one.
  ///
  /// @param x what the part reads; overwritten
  /// @param part gives a tensor of the same shape
  public void replace(Tensor x, UnaryOperator<Tensor> part) {
    Workspace.Mark mark = workspace().mark();
    kernels().copy(part.apply(live(x)), x);
    workspace().release(mark);
  }

  /// Each head's vector times that head's matrix: the absorbed form of latent attention
  /// (DeepSeek-V2 §2.1.2).
  ///
  /// @param x `[tokens, heads, depth]`
  /// @param weight `[heads, out, in]`
  /// @param orientation FORWARD: depth = in; BACKWARD: depth = out
  /// @return `[tokens, heads, width]`
  public Tensor headMatmul(Tensor x, Parameter weight, Orientation orientation) {
    int axis = orientation == Orientation.FORWARD ? -2 : -1;
    Tensor out = allocate(x, x.size(0), x.size(1), weight.shape().size(axis));
    kernels().headMatmul(live(x), weight.stack(kernels(), orientation, arithmetic), out);
    return out;
  }

  /// Rows of one tensor, then those of another.
  ///
  /// @param first `[rows, …]`
  /// @param second `[other rows, …]`, of the same further axes
  /// @return `[rows + other rows, …]`
  public Tensor joinRows(Tensor first, Tensor second) {
    int[] sizes = new int[first.shape().rank()];
    Arrays.setAll(sizes, first::size);
    int rows = sizes[0];
    sizes[0] += second.size(0);
    Tensor out = allocate(first, sizes);
    kernels().copy(live(first), out.rows(0, rows));
    kernels().copy(live(second), out.rows(rows, sizes[0]));
    return out;
  }

  /// Some rows of a tensor, in the order asked for.
  ///
  /// @param x `[rows, dim]`
  /// @return `[rows asked for, dim]`
  public Tensor pickRows(Tensor x, int[] rows) {
    Tensor out = allocate(x, rows.length, x.shape().columns());
    for (int i = 0; i < rows.length; i++) {
      kernels().copy(live(x).rows(rows[i], rows[i] + 1), out.rows(i, i + 1));
    }
    return out;
  }

  /// Writes rows behind the tokens a cache already holds, rounded to its format.
  ///
  /// @param x `[tokens, width]`
  /// @param cache rows of that width
  /// @param sequences whose last `queries` positions the rows of `x` are
  public void append(Tensor x, KvRows cache, Iterable<KvView.Sequence> sequences) {
    for (KvView.Sequence sequence : sequences) {
      int done = 0;
      while (done < sequence.queries()) {
        int position = sequence.firstPosition() + done;
        int within = position % KvView.TILE;
        int run = Math.min(KvView.TILE - within, sequence.queries() - done);
        int row = sequence.location().rowOfTile(position / KvView.TILE) + within;
        int from = sequence.firstQuery() + done;
        kernels().encode(live(x).rows(from, from + run), cache.rows(row, row + run));
        done += run;
      }
    }
  }

  /// Tiles of a cache, widened, behind each other.
  ///
  /// @return `[tiles.rows(), width]`
  public Tensor gather(KvRows cache, GatheredTiles tiles) {
    Tensor out = workspace().allocate(tiles.rows(), cache.layout().width());
    int to = 0;
    for (GatheredTiles.Run run : tiles.runs()) {
      int from = run.firstRow();
      kernels().decode(cache.rows(from, from + run.count()), out.rows(to, to + run.count()));
      to += run.count();
    }
    return out;
  }
}
