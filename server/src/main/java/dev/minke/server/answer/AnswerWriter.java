package dev.minke.server.answer;

import dev.minke.inference.text.TextEnding;
import dev.minke.server.wire.ApiException;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.io.IOException;

/// Writes one answer while it comes, in the words of a protocol. Every method throws if nobody
/// reads any more; closing it ends the stream. Belongs to one request and its thread.
public interface AnswerWriter extends AutoCloseable {
  /// Before anything was said: the request is accepted.
  void begin() throws IOException;

  /// More of it is certain.
  void say(AnswerEvent event) throws IOException;

  /// Nothing was said for a while, but it goes on.
  void keepAlive() throws IOException;

  /// The last call but [#close]: it is complete.
  void end(TextEnding ending) throws IOException;

  /// The last call but [#close]: it could not be completed.
  void fail(ApiException error) throws IOException;

  @Override
  void close() throws IOException;
}
