package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/// Gradients of activations during a walk back: one per allocated tensor, views of it for views.
///
/// Memory of a gradient that is done with serves the next of the same size.
final class Gradients {
  private record Kind(DType dtype, long elements) {}

  private final Kernels kernels;
  private final Workspace memory;
  private final Map<Tensor, Tensor> live = new IdentityHashMap<>();
  private final Map<Kind, ArrayDeque<Tensor>> free = new HashMap<>();

  Gradients(Kernels kernels, Workspace memory) {
    this.kernels = kernels;
    this.memory = memory;
  }

  Kernels kernels() {
    return kernels;
  }

  /// Where rules may put tensors of one call.
  Workspace scratch() {
    return memory;
  }

  /// The gradient of an activation, to add to; zeros at first.
  Tensor of(Tensor x) {
    Tensor gradient = live.get(x.root());
    if (gradient == null) {
      gradient = create(x.root());
      kernels.fill(gradient, 0);
    }
    return x.isView() ? x.sameViewOf(gradient) : gradient;
  }

  /// Where an operation puts the gradient of its input.
  ///
  /// @param gradient to be added to, or, if not `accumulate`, to be overwritten: its content is
  ///   undefined then
  record Target(Tensor gradient, boolean accumulate) {}

  /// The same for operations that can overwrite: zeros are not written only to be added to. A view
  /// is always added to, since the rest of its tensor wants zeros.
  Target target(Tensor x) {
    boolean fresh = !x.isView() && !live.containsKey(x);
    return new Target(fresh ? create(x) : of(x), !fresh);
  }

  /// Gives the gradient of one activation to another that holds the same.
  void move(Tensor from, Tensor to) {
    Tensor gradient = live.remove(from.root());
    if (gradient != null) {
      live.put(to.root(), gradient);
    }
  }

  /// Ends the life of a gradient.
  void release(Tensor x) {
    Tensor gradient = live.remove(x.root());
    if (gradient != null) {
      free.computeIfAbsent(kind(gradient), _ -> new ArrayDeque<>()).push(gradient);
    }
  }

  private Tensor create(Tensor root) {
    ArrayDeque<Tensor> reusable = free.get(kind(root));
    Tensor gradient =
        reusable == null || reusable.isEmpty()
            ? memory.allocate(root.dtype(), root.shape())
            : reusable.pop().reshape(sizes(root.shape()));
    live.put(root, gradient);
    return gradient;
  }

  private static Kind kind(Tensor x) {
    return new Kind(x.dtype(), x.shape().elements());
  }

  private static int[] sizes(Shape shape) {
    int[] sizes = new int[shape.rank()];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = shape.size(axis);
    }
    return sizes;
  }
}
