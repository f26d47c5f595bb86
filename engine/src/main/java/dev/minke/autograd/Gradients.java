package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Gradients of activations during a walk back: one per allocated tensor, views of it for views.
///
/// Several activations may hold one gradient, as a sum and what was added do, until one is added
/// to: [#of] is for reading only, [#sum] and [#target] give memory that nobody else reads. Memory
/// of a gradient that is done with serves the next of the same size.
final class Gradients {
  private record Kind(DType dtype, long elements) {}

  /// A gradient and how many activations have it.
  private static final class Held {
    private final Tensor gradient;
    private int holders = 1;

    private Held(Tensor gradient) {
      this.gradient = gradient;
    }
  }

  private final Kernels kernels;
  private final Workspace memory;
  private final Map<Tensor, Held> live = new IdentityHashMap<>();
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

  /// The gradient of an activation, to read; zeros if nothing was added.
  Tensor of(Tensor x) {
    Held held = live.get(x.root());
    return view(x, held == null ? zeros(x.root()) : held.gradient);
  }

  /// The gradient of an activation, to add to; zeros at first.
  Tensor sum(Tensor x) {
    Held held = live.get(x.root());
    if (held == null) {
      return view(x, zeros(x.root()));
    }
    return view(x, held.holders == 1 ? held.gradient : part(x.root(), held));
  }

  /// Where an operation puts the gradient of its input.
  ///
  /// @param gradient to be added to, or, if not `accumulate`, to be overwritten: its content is
  ///   undefined then
  record Target(Tensor gradient, boolean accumulate) {}

  /// Where an operation that can overwrite puts the gradient of its input: zeros are not written
  /// only to be added to. A view of a part is always added to, since the rest of its tensor wants
  /// zeros.
  Target target(Tensor x) {
    Targets one = targets(x);
    return new Target(one.gradients.getFirst(), one.accumulate);
  }

  /// Where an operation puts the gradients of several inputs.
  ///
  /// @param gradients to be added to, or, if not `accumulate`, to be overwritten, all of them
  record Targets(List<Tensor> gradients, boolean accumulate) {}

  /// The same for operations with several inputs, which may be views of one tensor.
  ///
  /// @throws IllegalArgumentException if two of them share columns: what is put in the gradient of
  ///   one would be lost with that of the other
  Targets targets(Tensor... inputs) {
    Map<Tensor, List<Tensor>> byRoot = new IdentityHashMap<>();
    for (Tensor x : inputs) {
      byRoot.computeIfAbsent(x.root(), _ -> new ArrayList<>()).add(x);
    }
    boolean fresh = byRoot.keySet().stream().noneMatch(live::containsKey);
    for (List<Tensor> views : byRoot.values()) {
      fresh &= areWhole(views);
    }
    if (fresh) {
      byRoot.keySet().forEach(this::create);
    }
    return new Targets(Stream.of(inputs).map(this::sum).toList(), !fresh);
  }

  /// Adds the gradient of one activation to that of another of its shape. If there is none yet,
  /// both hold the same.
  void add(Tensor from, Tensor to) {
    Held held = live.get(from.root());
    boolean fresh = !to.isView() && !live.containsKey(to);
    if (held != null && fresh && !from.isView()) {
      held.holders++;
      live.put(to, held);
      return;
    }
    Tensor sum = sum(to);
    kernels.add(sum, of(from), sum);
  }

  /// Gives the gradient of one activation to another that holds the same.
  void move(Tensor from, Tensor to) {
    Held held = live.remove(from.root());
    if (held != null) {
      live.put(to.root(), held);
    }
  }

  /// Ends the life of a gradient.
  void release(Tensor x) {
    Held held = live.remove(x.root());
    if (held != null && --held.holders == 0) {
      free.computeIfAbsent(kind(held.gradient), _ -> new ArrayDeque<>()).push(held.gradient);
    }
  }

  private static Tensor view(Tensor x, Tensor gradient) {
    return x.isView() ? x.sameViewOf(gradient) : gradient;
  }

  /// Whether views of one tensor have all its elements: columns that follow each other.
  private static boolean areWhole(List<Tensor> views) {
    Tensor root = views.getFirst().root();
    long stride = views.getFirst().rowStride();
    long next = root.offset();
    boolean isWhole = true;
    for (Tensor x : views.stream().sorted(Comparator.comparingLong(Tensor::offset)).toList()) {
      if (x.rowStride() == stride && x.offset() < next) {
        throw new IllegalArgumentException(
            "gradients of %s: expected inputs that share no columns, found %s among others"
                .formatted(root.shape(), x.shape()));
      }
      isWhole &= x.offset() == next && x.rowStride() == stride;
      isWhole &= x.shape().rows() * stride == root.shape().elements();
      next = x.offset() + x.shape().columns();
    }
    return isWhole && next == root.offset() + stride;
  }

  private Tensor zeros(Tensor root) {
    Tensor gradient = create(root);
    kernels.fill(gradient, 0);
    return gradient;
  }

  /// A copy of its own for one of several holders.
  private Tensor part(Tensor root, Held held) {
    held.holders--;
    Tensor own = create(root);
    kernels.copy(held.gradient, own);
    return own;
  }

  private Tensor create(Tensor root) {
    ArrayDeque<Tensor> reusable = free.get(kind(root));
    Tensor gradient =
        reusable == null || reusable.isEmpty()
            ? memory.allocate(root.dtype(), root.shape())
            : reusable.pop().reshape(sizes(root.shape()));
    live.put(root, new Held(gradient));
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
