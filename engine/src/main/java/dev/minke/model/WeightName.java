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
/// @param copy whether it repeats another name's parts: written for readers that want it, not
///   needed when reading
public record WeightName(String name, Shape shape, List<Part> parts, boolean copy) {
  public WeightName {
    parts = List.copyOf(parts);
  }

  /// Some rows of a master.
  ///
  /// @param parameter whose master it is
  /// @param view contiguous rows of the master
  public record Part(Parameter parameter, Tensor view) {}
}
