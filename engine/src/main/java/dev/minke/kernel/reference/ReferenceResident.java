package dev.minke.kernel.reference;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.Resident;
import dev.minke.tensor.Shape;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;

/// A stored weight widened to F32, all of it.
final class ReferenceResident implements Resident {
  private final Arena arena = Arena.ofShared();
  private final StoredWeight weight;
  private final Tensor all;

  ReferenceResident(StoredWeight weight) {
    this.weight = weight;
    all = weight.widen(arena);
  }

  /// The master.
  Tensor all() {
    return all;
  }

  @Override
  public Prepared matrix(Orientation orientation) {
    Shape shape = all.shape();
    Tensor flat = all.reshape(Math.toIntExact(shape.rows()), shape.columns());
    return new ReferenceWeight(flat, orientation);
  }

  @Override
  public Prepared stack(Orientation orientation) {
    return new ReferenceWeight(all, orientation);
  }

  @Override
  public Prepared fastMatrix() {
    return ReferenceIntegers.has(weight, Orientation.FORWARD)
        ? new ReferenceWeight(matrix(Orientation.FORWARD), new ReferenceIntegers(weight))
        : matrix(Orientation.FORWARD);
  }

  @Override
  public Prepared fastStack(Orientation orientation) {
    return ReferenceIntegers.has(weight, orientation)
        ? new ReferenceWeight(stack(orientation), new ReferenceIntegers(weight))
        : stack(orientation);
  }

  @Override
  public long bytes() {
    return all.shape().elements() * Float.BYTES;
  }

  @Override
  public void close() {
    arena.close();
  }
}
