package dev.minke.nn;

import dev.minke.autograd.Parameter;
import dev.minke.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The source of a model for answers: matrices stay in files, in the files' own precision; vectors
/// are F32 in memory. Closing it frees vectors and what backends have loaded.
public final class StoredParameters implements ParameterSource, AutoCloseable {
  private final ParameterStore vectors = ParameterStore.toLoad();
  private final List<Parameter> weights = new ArrayList<>();

  @Override
  public Parameter weight(String name, Shape shape) {
    Parameter parameter = Parameter.stored(name, shape);
    weights.add(parameter);
    return parameter;
  }

  @Override
  public Parameter gain(String name, Shape shape) {
    return vectors.gain(name, shape);
  }

  @Override
  public Parameter bias(String name, Shape shape) {
    return vectors.bias(name, shape);
  }

  @Override
  public Parameter buffer(String name, Shape shape) {
    return vectors.buffer(name, shape);
  }

  /// The matrices and stacks of matrices, in the order they were made.
  public List<Parameter> weights() {
    return Collections.unmodifiableList(weights);
  }

  @Override
  public void close() {
    weights.forEach(Parameter::close);
    vectors.close();
  }
}
