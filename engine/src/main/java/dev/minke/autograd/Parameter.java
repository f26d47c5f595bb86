package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.Shape;
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
public final class Parameter implements AutoCloseable {
  private final String name;
  private final Tensor value;
  private final Map<Form, Entry> forms = new HashMap<>();
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
    this.value = value;
  }

  public String name() {
    return name;
  }

  /// The master.
  public Tensor value() {
    return value;
  }

  public Shape shape() {
    return value.shape();
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
    if (!gradient.shape().equals(value.shape())) {
      throw new IllegalArgumentException(
          "parameter %s: gradient %s for a master %s"
              .formatted(name, gradient.shape(), value.shape()));
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
    return form(new Form(kernels, orientation, false));
  }

  /// The master `[groups, out, in]` as a stack of matrices, packed for a backend.
  public Prepared stack(Kernels kernels, Orientation orientation) {
    return form(new Form(kernels, orientation, true));
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
    Shape shape = value.shape();
    return form.stacked || shape.rank() == 2
        ? value
        : value.reshape(Math.toIntExact(shape.rows()), shape.columns());
  }

  @Override
  public void close() {
    forms.values().forEach(entry -> entry.prepared.close());
    forms.clear();
  }

  /// `layers.1.attention.output [160, 60]`.
  @Override
  public String toString() {
    return name + " " + value.shape();
  }
}
