package dev.minke.checkpoint;

import dev.minke.model.deepseek.DeepSeekConfig;
import dev.minke.model.deepseek.DeepSeekModel;
import dev.minke.nn.ParameterStore;
import java.nio.file.Path;

/// A model that was read from files. Closing it frees its weights.
///
/// @param directory where it lies
/// @param config its sizes and rules
/// @param model the model
/// @param parameters the owner of its weights
public record OpenModel(
    Path directory, DeepSeekConfig config, DeepSeekModel model, ParameterStore parameters)
    implements AutoCloseable {
  @Override
  public void close() {
    parameters.close();
  }
}
