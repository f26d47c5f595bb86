package dev.minke.server.openai;

import dev.minke.server.wire.Fields;
import java.util.Optional;

/// Whether answers come word by word.
///
/// @param streams whether they do
/// @param tellsUsage whether a stream ends with what it took
record Streaming(boolean streams, boolean tellsUsage) {
  static Streaming read(Fields fields) {
    boolean streams = fields.flag("stream", false);
    boolean tellsUsage = false;
    Optional<Fields> options = fields.object("stream_options");
    if (options.isPresent()) {
      tellsUsage = options.get().flag("include_usage", false);
      // Padding against guesses from lengths; there is none here.
      options.get().flag("include_obfuscation", false);
      options.get().end();
    }
    return new Streaming(streams, tellsUsage);
  }
}
