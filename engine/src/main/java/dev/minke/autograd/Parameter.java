package dev.minke.autograd;

import dev.minke.kernel.Arithmetic;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.Resident;
import dev.minke.tensor.Shape;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A trained array: one row-major master, its gradient if it is being trained, and the forms that
/// backends have prepared of it.
///
/// Optimizers, checkpoints and norms see the master alone. Whoever writes the master calls
/// [#changed]; prepared forms are rebuilt at their next use. The memory of master and gradient
/// belongs to whoever made them; [#close] frees the prepared forms.
///
/// A master may also stay in a file, in the file's own precision ([#stored]): products read it as a
/// backend has loaded it, and nothing can train or write it.
public final class Parameter implements AutoCloseable {
  private final String name;
  private final Shape shape;
  private final @Nullable Tensor value;
  private final Map<Form, Entry> forms = new HashMap<>();
  private final Map<Kernels, Resident> residents = new HashMap<>();
  private final Map<Kernels, Resident> placed = new HashMap<>();
  private @Nullable StoredWeight stored;
  private @Nullable Tensor gradient;
  private boolean cleared;
  private long version;

  private record Form(Kernels kernels, Orientation orientation, boolean stacked) {}

  private record Entry(Prepared prepared, long version) {}

  /// @param name dotted path in the model, unique there
  /// @param value the master, contiguous: `[dim]`, `[out, in]` or `[groups, out, in]`
  public Parameter(String name, Tensor value) {
    if (!value.isContiguous()) {
      throw new IllegalArgumentException(
          "parameter "
              + name
              + ": expected a contiguous master, found row stride "
              + value.rowStride());
    }
    this.name = name;
    this.shape = value.shape();
    this.value = value;
  }

  private Parameter(String name, Shape shape) {
    this.name = name;
    this.shape = shape;
    this.value = null;
  }

  /// A parameter whose master is in a file that [#bind] is going to name.
  ///
  /// @param shape `[out, in]` or `[groups, out, in]`
  public static Parameter stored(String name, Shape shape) {
    return new Parameter(name, shape);
  }

  /// Says where a stored master is.
  public void bind(StoredWeight weight) {
    if (value != null || !weight.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "parameter %s %s: expected a stored master of this shape, found %s"
              .formatted(name, shape, weight.shape()));
    }
    this.stored = weight;
  }

  /// Whether the master stays in a file.
  public boolean isStored() {
    return value == null;
  }

  /// Where a stored master is.
  public StoredWeight stored() {
    if (stored == null) {
      throw new IllegalStateException("parameter " + name + ": nothing says where it is stored");
    }
    return stored;
  }

  /// Bytes of a stored master in its file; 0 for one in memory.
  public long storedBytes() {
    return stored == null ? 0 : stored.bytes();
  }

  /// A stored master as a backend has it, read at its first use.
  public Resident resident(Kernels kernels) {
    StoredWeight weight = stored();
    Resident elsewhere = placed.get(kernels);
    return elsewhere != null
        ? elsewhere
        : residents.computeIfAbsent(kernels, backend -> backend.load(weight));
  }

  /// Has products of a backend read a stored master as somebody has brought it there, who closes
  /// it.
  public void place(Kernels kernels, Resident resident) {
    placed.put(kernels, resident);
  }

  public String name() {
    return name;
  }

  /// The master.
  ///
  /// @throws IllegalStateException if it stays in a file
  public Tensor value() {
    if (value == null) {
      throw new IllegalStateException(
          "parameter %s: expected a master in memory, found one that stays in its file; open the model for training"
              .formatted(name));
    }
    return value;
  }

  public Shape shape() {
    return shape;
  }

  /// The gradient that backward adds to; null while frozen. After [#clearGradient] its content is
  /// undefined until [#settleGradient].
  public @Nullable Tensor gradient() {
    return gradient;
  }

  /// Begins a new sum: whatever is added next is added to zeros, which are not written for an
  /// operation that can overwrite.
  public void clearGradient() {
    cleared = true;
  }

  /// Writes the zeros of a gradient to which nothing was added since [#clearGradient].
  public void settleGradient(Kernels kernels) {
    if (gradient != null && cleared) {
      kernels.fill(gradient, 0);
    }
    cleared = false;
  }

  /// The gradient, to add to; null while frozen.
  @Nullable Tensor sum(Kernels kernels) {
    settleGradient(kernels);
    return gradient;
  }

  /// Where an operation that can overwrite puts its part; null while frozen.
  Gradients.@Nullable Target target() {
    if (gradient == null) {
      return null;
    }
    Gradients.Target target = new Gradients.Target(gradient, !cleared);
    cleared = false;
    return target;
  }

  /// Trains this parameter: backward adds to `gradient`, which has the master's shape.
  public void train(Tensor gradient) {
    if (!gradient.shape().equals(value().shape())) {
      throw new IllegalArgumentException(
          "parameter %s: gradient %s for a master %s".formatted(name, gradient.shape(), shape));
    }
    this.gradient = gradient;
  }

  /// Counts the updates of the master; a sample drawn with it can name it.
  public long version() {
    return version;
  }

  /// Says that the master was written.
  public void changed() {
    version++;
  }

  /// The master as one matrix, packed for a backend: stacked masters are flattened to `[groups ·
  /// out, in]`.
  public Prepared matrix(Kernels kernels, Orientation orientation) {
    return isStored()
        ? resident(kernels).matrix(orientation)
        : form(new Form(kernels, orientation, false));
  }

  /// The master `[groups, out, in]` as a stack of matrices, packed for a backend.
  public Prepared stack(Kernels kernels, Orientation orientation) {
    return isStored()
        ? resident(kernels).stack(orientation)
        : form(new Form(kernels, orientation, true));
  }

  /// The master for forward products, in the arithmetic asked for if it is a stored one.
  ///
  /// @param stacked whether a stack is met matrix by matrix
  Prepared forward(Kernels kernels, boolean stacked, Arithmetic arithmetic) {
    if (stacked) {
      return stack(kernels, Orientation.FORWARD, arithmetic);
    }
    return isStored() && arithmetic == Arithmetic.FAST
        ? resident(kernels).fastMatrix()
        : matrix(kernels, Orientation.FORWARD);
  }

  /// The master as a stack of matrices, in the arithmetic asked for if it is a stored one.
  Prepared stack(Kernels kernels, Orientation orientation, Arithmetic arithmetic) {
    return isStored() && arithmetic == Arithmetic.FAST
        ? resident(kernels).fastStack(orientation)
        : stack(kernels, orientation);
  }

  private Prepared form(Form form) {
    Entry entry = forms.get(form);
    if (entry == null) {
      entry = new Entry(form.kernels.prepare(master(form), form.orientation), version);
      forms.put(form, entry);
    } else if (entry.version != version) {
      form.kernels.refresh(entry.prepared, master(form));
      entry = new Entry(entry.prepared, version);
      forms.put(form, entry);
    }
    return entry.prepared;
  }

  private Tensor master(Form form) {
    return form.stacked || shape.rank() == 2
        ? value()
        : value().reshape(Math.toIntExact(shape.rows()), shape.columns());
  }

  @Override
  public void close() {
    placed.clear();
    forms.values().forEach(entry -> entry.prepared.close());
    forms.clear();
    residents.values().forEach(Resident::close);
    residents.clear();
  }

  /// `layers.1.attention.output [160, 60]`.
  @Override
  public String toString() {
    return name + " " + shape;
  }
}
