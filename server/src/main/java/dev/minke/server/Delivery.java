package dev.minke.server;

import dev.minke.server.Hearing.Heard;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.ErrorStyle;
import dev.minke.server.wire.EventStream;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// Brings what is heard of answers to a client, as it comes or as a whole, and shows signs of life
/// while nothing is heard. A client that is gone ends it; closing the [Hearing] then cancels the
/// answers.
///
/// @param keepAlive between two signs of life
/// @param errors how errors are written down
public record Delivery(Duration keepAlive, ErrorStyle errors) {
  /// What a protocol makes of answers. Belongs to one request.
  public interface Answers {
    /// Takes what was heard.
    ///
    /// @return chunks of a stream that say so
    /// @throws ApiException if the answer failed
    List<ObjectNode> accept(Heard heard, Hearing hearing);

    /// What a stream has behind all answers.
    List<ObjectNode> last();

    /// All answers, when all have ended.
    ObjectNode whole();
  }

  /// As server-sent events, the last of them `[DONE]`.
  public void stream(Answers answers, Hearing hearing, ServerResponse response) {
    try (EventStream events = new EventStream(response)) {
      try {
        while (hearing.isOpen()) {
          Heard heard = hearing.next(keepAlive);
          if (heard == null) {
            events.keepAlive();
            continue;
          }
          for (ObjectNode chunk : answers.accept(heard, hearing)) {
            events.send(chunk);
          }
        }
        for (ObjectNode chunk : answers.last()) {
          events.send(chunk);
        }
      } catch (ApiException e) {
        events.send(errors.body(e));
      }
      events.send(null, "[DONE]");
    } catch (IOException | UncheckedIOException e) {
      throw gone(e);
    } catch (InterruptedException e) {
      throw cut(e);
    }
  }

  /// As one body. Empty lines before the answer are signs of life, as DeepSeek sends them: JSON may
  /// begin with them. They also tell whether the client is still there.
  ///
  /// @throws ApiException if an answer failed before anything was sent
  public void whole(Answers answers, Hearing hearing, ServerResponse response) {
    OutputStream out = null;
    try {
      ObjectNode body;
      try {
        while (hearing.isOpen()) {
          Heard heard = hearing.next(keepAlive);
          if (heard != null) {
            answers.accept(heard, hearing);
          } else {
            out = out == null ? begin(response) : out;
            out.write('\n');
            out.flush();
          }
        }
        body = answers.whole();
      } catch (ApiException e) {
        if (out == null) {
          throw e;
        }
        body = errors.body(e);
      }
      if (out == null) {
        Bodies.send(response, body);
      } else {
        out.write(Bodies.bytes(body));
        out.close();
      }
    } catch (IOException | UncheckedIOException e) {
      throw gone(e);
    } catch (InterruptedException e) {
      throw cut(e);
    }
  }

  private static OutputStream begin(ServerResponse response) {
    response.header(HeaderNames.CONTENT_TYPE, Bodies.JSON);
    return response.outputStream();
  }

  /// What the web server takes as the end of the connection, without a word in the log.
  private static CloseConnectionException gone(Exception cause) {
    return new CloseConnectionException("the client is gone", cause);
  }

  private static CloseConnectionException cut(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new CloseConnectionException("the server ends", cause);
  }
}
