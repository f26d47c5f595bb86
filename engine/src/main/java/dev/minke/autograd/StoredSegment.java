package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A segment that has run, and of its activations what backward reads, in BF16 where [Substitution]
/// says that it may be rounded.
///
/// Each is rounded once, from the F32 that forward computed: errors do not add up from one
/// operation to the next. What no rule reads (sums, halves of keys, the last product) is not stored
/// at all; operations go on naming the tensor that is gone, since a gradient is found by that name.
final class StoredSegment {
  private final List<Op> ops;
  private final List<Tensor> results;

  /// By what forward allocated. Tensors are equal only to themselves.
  private final Map<Tensor, Tensor> stored = new LinkedHashMap<>();

  /// Stores what backward reads.
  ///
  /// @param ops of the segment, in order
  /// @param results of the segment
  /// @param memory where its activations are, and are going to be stored in their own place
  /// @param begin of the segment in that memory
  /// @param aside where they lie meanwhile
  StoredSegment(
      List<Op> ops,
      List<Tensor> results,
      Kernels kernels,
      Workspace memory,
      Workspace.Mark begin,
      Workspace aside) {
    this.ops = ops;
    this.results = List.copyOf(results);
    Gathering gathering = new Gathering(memory, begin, new LinkedHashMap<>());
    ops.forEach(gathering::in);
    Workspace.Mark empty = aside.mark();
    gathering.types.forEach((x, type) -> {
      Tensor small = aside.allocate(type, x.shape());
      if (type == x.dtype()) {
        kernels.copy(x, small);
      } else {
        kernels.narrow(x, small);
      }
      stored.put(x, small);
    });
    memory.release(begin);
    stored.replaceAll((_, small) -> {
      Tensor kept = memory.allocate(small.dtype(), small.shape());
      kernels.copy(small, kept);
      return kept;
    });
    aside.release(empty);
  }

  /// Records the segment as it was, its activations read back.
  ///
  /// @param to where they are put, on top of the tape's last operation
  /// @return its results
  List<Tensor> restore(Kernels kernels, Workspace to, Tape tape) {
    Restoring restoring = new Restoring(kernels, to, stored, new HashMap<>());
    ops.forEach(op -> tape.add(restoring.in(op)));
    return results.stream().map(restoring::at).toList();
  }

  /// Finds what is to be stored, and leaves operations as they are.
  private record Gathering(Workspace memory, Workspace.Mark begin, Map<Tensor, DType> types)
      implements Substitution {
    @Override
    public Tensor rounded(Tensor x) {
      if (memory.holds(x, begin)) {
        types.putIfAbsent(x.root(), DType.BF16);
      }
      return x;
    }

    @Override
    public Tensor exact(Tensor x) {
      if (memory.holds(x, begin)) {
        types.put(x.root(), x.dtype());
      }
      return x;
    }

    @Override
    public Tensor unread(Tensor x) {
      return x;
    }
  }

  /// Reads back each tensor where it is named first: the order in which forward allocated them, so
  /// that the walk back can release them one by one.
  private record Restoring(
      Kernels kernels, Workspace to, Map<Tensor, Tensor> stored, Map<Tensor, Tensor> found)
      implements Substitution {
    Tensor at(Tensor x) {
      Tensor kept = stored.get(x.root());
      if (kept == null) {
        return x;
      }
      Tensor whole = found.computeIfAbsent(x.root(), root -> read(kept, root));
      return x.isView() ? x.sameViewOf(whole) : whole;
    }

    private Tensor read(Tensor kept, Tensor like) {
      if (kept.dtype() == like.dtype()) {
        return kept;
      }
      Tensor wide = to.allocate(like.dtype(), like.shape());
      kernels.widen(kept, wide);
      return wide;
    }

    @Override
    public Tensor rounded(Tensor x) {
      return at(x);
    }

    @Override
    public Tensor exact(Tensor x) {
      return at(x);
    }

    @Override
    public Tensor unread(Tensor x) {
      return at(x);
    }
  }
}
