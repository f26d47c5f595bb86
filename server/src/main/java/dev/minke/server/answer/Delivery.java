package dev.minke.server.answer;

import dev.minke.server.answer.Hearing.Heard;
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

  /// How a stream says what is heard. All of it throws if nobody reads any more. Belongs to one
  /// request.
  public interface Telling {
    /// Before anything is heard.
    void begin() throws IOException;

    /// Tells what was heard.
    ///
    /// @throws ApiException if the answer failed
    void tell(Heard heard) throws IOException;

    /// Nothing was heard for a while, but it goes on.
    void keepAlive() throws IOException;

    /// All answers have ended.
    void end() throws IOException;

    /// It ends here with an error.
    void fail(ApiException error) throws IOException;
  }

  /// As it comes, in the way of a protocol.
  public void tell(Telling telling, Hearing hearing) {
    try {
      try {
        telling.begin();
        while (hearing.isOpen()) {
          Heard heard = hearing.next(keepAlive);
          if (heard == null) {
            telling.keepAlive();
          } else {
            telling.tell(heard);
          }
        }
        telling.end();
      } catch (ApiException e) {
        telling.fail(e);
      }
    } catch (IOException | UncheckedIOException e) {
      throw gone(e);
    } catch (InterruptedException e) {
      throw cut(e);
    }
  }

  /// As server-sent events, the last of them `[DONE]`.
  public void stream(Answers answers, Hearing hearing, ServerResponse response) {
    try (EventStream events = new EventStream(response)) {
      tell(new Chunks(answers, hearing, events, errors), hearing);
    } catch (IOException | UncheckedIOException e) {
      throw gone(e);
    }
  }

  /// Chunks of a protocol in which events have no names.
  private record Chunks(Answers answers, Hearing hearing, EventStream events, ErrorStyle errors)
      implements Telling {
    @Override
    public void begin() {}

    @Override
    public void tell(Heard heard) throws IOException {
      send(answers.accept(heard, hearing));
    }

    private void send(List<ObjectNode> chunks) throws IOException {
      for (ObjectNode chunk : chunks) {
        events.send(chunk);
      }
    }

    @Override
    public void keepAlive() throws IOException {
      events.keepAlive();
    }

    @Override
    public void end() throws IOException {
      send(answers.last());
      events.send(null, "[DONE]");
    }

    @Override
    public void fail(ApiException error) throws IOException {
      events.send(errors.body(error));
      events.send(null, "[DONE]");
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
  static CloseConnectionException gone(Exception cause) {
    return new CloseConnectionException("the client is gone", cause);
  }

  private static CloseConnectionException cut(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new CloseConnectionException("the server ends", cause);
  }
}
