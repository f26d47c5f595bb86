package dev.minke.inference;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Observer;
import dev.minke.kernel.Arithmetic;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvLayout;
import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.model.AttentionForm;
import dev.minke.model.CachedRows;
import dev.minke.model.CausalModel;
import dev.minke.model.KvCache;
import dev.minke.model.TokenRows;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/// One sequence and what the model keeps of it: tokens in, logits or hidden states out.
///
/// This is how a model is measured (evaluation, the speed of its passes, the distribution of a next
/// token), where nothing is to stand between the model and what is measured, and what answers are
/// held against in tests. Whoever wants an answer asks [Engine]. Belongs to one thread; closing it
/// frees the cache.
public final class Session implements AutoCloseable {
  /// Prompt tokens that pass the model at once.
  public static final int CHUNK = 512;

  private final CausalModel model;
  private final Kernels kernels;
  private final Arithmetic arithmetic;
  private final Workspace workspace = new Workspace();
  private final Arena arena = Arena.ofShared();
  private final KvCache cache;
  private final int capacity;
  private int length;

  /// With exact products and a cache that does not round.
  ///
  /// @param capacity most tokens the sequence will have
  /// @throws IllegalArgumentException if that is more than the model's longest sequence
  public Session(CausalModel model, Kernels kernels, int capacity) {
    this(model, kernels, Arithmetic.EXACT, CacheFormat.F32, capacity);
  }

  /// @param arithmetic of products with stored weights
  /// @param format of what is kept
  /// @param capacity most tokens the sequence will have
  /// @throws IllegalArgumentException if that is more than the model's longest sequence, or there
  ///   is no such format for the model
  public Session(
      CausalModel model, Kernels kernels, Arithmetic arithmetic, CacheFormat format, int capacity) {
    this.model = model;
    this.kernels = kernels;
    this.arithmetic = arithmetic;
    KvLayout layout = model.cacheShape().layout(format);
    if (capacity < 1 || capacity > model.maxLength()) {
      throw new IllegalArgumentException(
          "sequence: expected 1 to %d tokens, the model's longest, found %d; shorten the prompt or ask for fewer tokens"
              .formatted(model.maxLength(), capacity));
    }
    this.capacity = capacity;
    this.cache = new KvCache(allocate(layout));
  }

  private List<KvRows> allocate(KvLayout layout) {
    int rows = (capacity + KvView.TILE - 1) / KvView.TILE * KvView.TILE;
    List<KvRows> layers = new ArrayList<>();
    for (int layer = 0; layer < model.cacheShape().layers(); layer++) {
      layers.add(layout.over(Tensor.allocate(arena, layout.dtype(), layout.shape(rows))));
    }
    return layers;
  }

  /// Tokens so far.
  public int length() {
    return length;
  }

  /// Appends tokens.
  ///
  /// @param ids one or more
  /// @return logits of the token that follows, `[vocab]`
  public float[] append(int[] ids, AttentionForm form) {
    int whole = length + ids.length;
    float[][] logits = new float[1][];
    append(
        ids,
        form,
        (ops, hidden) -> {
          if (length == whole) {
            int rows = hidden.size(0);
            logits[0] = ops.matmul(hidden.rows(rows - 1, rows), model.head()).toFloatArray();
          }
        });
    return logits[0];
  }

  /// Sees tokens pass, chunk after chunk.
  @FunctionalInterface
  public interface Reader {
    /// @param hidden `[tokens, dim]` of the next of them, ready for the head; dead on return
    void read(EagerOps ops, Tensor hidden);
  }

  /// Appends tokens and shows their hidden states.
  ///
  /// @param ids one or more
  public void append(int[] ids, AttentionForm form, Reader reader) {
    if (ids.length == 0 || length + ids.length > capacity) {
      throw new IllegalArgumentException(
          "sequence: expected 1 to %d more tokens, found %d"
              .formatted(capacity - length, ids.length));
    }
    for (int from = 0; from < ids.length; from += CHUNK) {
      Workspace.Mark mark = workspace.mark();
      EagerOps ops = new EagerOps(kernels, workspace, Observer.NONE, arithmetic);
      TokenRows rows = rows(ids, from, Math.min(ids.length, from + CHUNK));
      reader.read(ops, model.hidden(ops, CachedRows.of(rows, form), cache));
      workspace.release(mark);
    }
  }

  /// Forgets the newest tokens.
  ///
  /// @param kept how many stay
  public void rewind(int kept) {
    if (kept < 0 || kept > length) {
      throw new IllegalArgumentException(
          "sequence: expected to keep 0 to %d tokens, found %d".formatted(length, kept));
    }
    length = kept;
  }

  private TokenRows rows(int[] ids, int from, int to) {
    int count = to - from;
    Tensor some = workspace.allocate(DType.I32, Shape.of(count));
    Tensor positions = workspace.allocate(DType.I32, Shape.of(count));
    for (int i = 0; i < count; i++) {
      some.setInt(0, i, ids[from + i]);
      positions.setInt(0, i, length + i);
    }
    length += count;
    KvView.Sequence sequence = new KvView.Sequence(0, count, length, new KvView.Location.Rows(0));
    return new TokenRows(some, positions, List.of(sequence));
  }

  @Override
  public void close() {
    workspace.close();
    arena.close();
  }
}
