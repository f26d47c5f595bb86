package dev.minke.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/// The sizes of a tensor's axes, outermost first. Immutable. A size may be 0.
public final class Shape {
  private final int[] sizes;

  private Shape(int[] sizes) {
    this.sizes = sizes;
  }

  /// A shape of at least one axis.
  ///
  /// @throws IllegalArgumentException if there is no axis or a size is negative
  public static Shape of(int... sizes) {
    if (sizes.length == 0) {
      throw new IllegalArgumentException("shape: expected at least one axis, found none");
    }
    for (int size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "shape: sizes must not be negative, found " + Arrays.toString(sizes));
      }
    }
    return new Shape(sizes.clone());
  }

  /// Number of axes.
  public int rank() {
    return sizes.length;
  }

  /// Size of an axis; a negative index counts from the end (-1 is the innermost).
  public int size(int axis) {
    return sizes[axis < 0 ? sizes.length + axis : axis];
  }

  /// Product of all sizes.
  public long elements() {
    return rows() * columns();
  }

  /// Product of all sizes but the innermost: the number of rows when seen as a matrix.
  public long rows() {
    long rows = 1;
    for (int axis = 0; axis < sizes.length - 1; axis++) {
      rows *= sizes[axis];
    }
    return rows;
  }

  /// Size of the innermost axis.
  public int columns() {
    return sizes[sizes.length - 1];
  }

  /// The same shape with another innermost size.
  public Shape withColumns(int columns) {
    int[] changed = sizes.clone();
    changed[changed.length - 1] = columns;
    return of(changed);
  }

  /// The shape without its outermost axis; needs two axes or more.
  public Shape inner() {
    if (sizes.length < 2) {
      throw new IllegalArgumentException("shape " + this + ": expected two axes or more");
    }
    return new Shape(Arrays.copyOfRange(sizes, 1, sizes.length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /// `[2, 3, 4]`.
  @Override
  public String toString() {
    return Arrays.stream(sizes)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
