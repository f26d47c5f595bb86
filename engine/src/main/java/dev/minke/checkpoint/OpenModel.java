package dev.minke.checkpoint;

import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import java.nio.file.Path;

/// A model that was read from files. Closing it frees its weights.
///
/// @param directory where it lies
/// @param config its sizes and rules
/// @param model the model
/// @param parameters the owner of its weights
public record OpenModel(
    Path directory, DecoderConfig config, DecoderModel model, ParameterStore parameters)
    implements AutoCloseable {
  @Override
  public void close() {
    parameters.close();
  }
}
