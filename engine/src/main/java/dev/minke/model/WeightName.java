package dev.minke.model;

import dev.minke.autograd.Parameter;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.util.List;

/// A tensor of a checkpoint and the parts of masters whose rows, one after the other, it holds.
///
/// @param name its name in files
/// @param shape its shape in files
/// @param parts the rows in order
/// @param role whether files must have it
/// @param turned whether it holds each matrix of its parameter the other way round
public record WeightName(String name, Shape shape, List<Part> parts, Role role, boolean turned) {
  /// Whether files must have a tensor.
  public enum Role {
    /// It is read and written.
    OWN,
    /// It repeats another name's parts: written for readers that want it, not needed when reading.
    COPY,
    /// It repeats another name's parts in some files: never written, passed over when reading.
    SPARE
  }

  public WeightName {
    parts = List.copyOf(parts);
  }

  /// Some rows of a master, a stack counted through; of a vector, some elements.
  ///
  /// @param parameter whose master it is
  /// @param first row or element
  /// @param count rows or elements
  public record Part(Parameter parameter, int first, int count) {
    /// A whole parameter.
    public static Part whole(Parameter parameter) {
      Shape shape = parameter.shape();
      return new Part(
          parameter, 0, shape.rank() == 1 ? shape.columns() : Math.toIntExact(shape.rows()));
    }

    /// These rows of the master, as a view.
    public Tensor view() {
      return of(parameter.value());
    }

    /// These rows of a contiguous tensor of the parameter's shape: of its gradient, of a moment.
    public Tensor of(Tensor whole) {
      Shape shape = whole.shape();
      return shape.rank() == 1
          ? whole.columns(first, first + count)
          : whole
              .reshape(Math.toIntExact(shape.rows()), shape.columns())
              .rows(first, first + count);
    }

    /// Elements.
    public long elements() {
      return parameter.shape().rank() == 1 ? count : (long) count * parameter.shape().columns();
    }
  }
}
