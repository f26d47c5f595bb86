package dev.minke.nn;

import dev.minke.autograd.Parameter;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// The source that owns a model's parameters: their memory, initial values and gradients. Closing
/// it frees all of them.
///
/// The initial value of element `i` depends on the seed, the parameter's name and `i` alone, so it
/// does not matter in which order or where a model is built.
public final class ParameterStore implements ParameterSource, AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final DType dtype;
  private final long seed;
  private final double deviation;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Set<Parameter> buffers = new LinkedHashSet<>();

  /// @param dtype F32; F64 for gradient checks with the reference kernels
  /// @param deviation standard deviation of initial weights; 0 leaves them 0 (to be loaded)
  public ParameterStore(DType dtype, long seed, double deviation) {
    this.dtype = dtype;
    this.seed = seed;
    this.deviation = deviation;
  }

  /// F32 zeros, to be filled from a checkpoint.
  public static ParameterStore toLoad() {
    return new ParameterStore(DType.F32, 0, 0);
  }

  @Override
  public Parameter weight(String name, Shape shape) {
    Parameter parameter = add(name, shape);
    if (deviation != 0) {
      RandomStream random = RandomStream.named(seed, name);
      Tensor value = parameter.value();
      long index = 0;
      for (long row = 0; row < shape.rows(); row++) {
        for (int column = 0; column < shape.columns(); column++) {
          value.set(row, column, deviation * random.normal(index++));
        }
      }
    }
    return parameter;
  }

  @Override
  public Parameter gain(String name, Shape shape) {
    Parameter parameter = add(name, shape);
    for (int column = 0; column < shape.columns(); column++) {
      parameter.value().set(0, column, 1);
    }
    return parameter;
  }

  @Override
  public Parameter bias(String name, Shape shape) {
    return add(name, shape);
  }

  @Override
  public Parameter buffer(String name, Shape shape) {
    Parameter parameter = add(name, shape);
    buffers.add(parameter);
    return parameter;
  }

  private Parameter add(String name, Shape shape) {
    Parameter parameter = new Parameter(name, Tensor.allocate(arena, dtype, shape));
    if (parameters.putIfAbsent(name, parameter) != null) {
      throw new IllegalArgumentException("parameter " + name + ": the name is taken");
    }
    return parameter;
  }

  /// All parameters, buffers included, in the order they were made.
  public Collection<Parameter> parameters() {
    return Collections.unmodifiableCollection(parameters.values());
  }

  /// Whether no gradient ever reaches it.
  public boolean isBuffer(Parameter parameter) {
    return buffers.contains(parameter);
  }

  /// Gives a gradient of zeros to every parameter that is not a buffer.
  public void train() {
    train(_ -> true);
  }

  /// Gives a gradient of zeros to some of the parameters that are not buffers; the others are
  /// frozen.
  public void train(Predicate<Parameter> some) {
    for (Parameter parameter : parameters.values()) {
      if (!buffers.contains(parameter) && parameter.gradient() == null && some.test(parameter)) {
        parameter.train(Tensor.allocate(arena, dtype, parameter.shape()));
      }
    }
  }

  @Override
  public void close() {
    parameters.values().forEach(Parameter::close);
    arena.close();
  }
}
