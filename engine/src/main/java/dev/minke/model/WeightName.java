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
public record WeightName(String name, Shape shape, List<Part> parts, Role role) {
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

  /// Some rows of a master.
  ///
  /// @param parameter whose master it is
  /// @param view contiguous rows of the master
  public record Part(Parameter parameter, Tensor view) {}
}
