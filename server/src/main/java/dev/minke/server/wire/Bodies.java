package dev.minke.server.wire;

import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Bodies as JSON.
public final class Bodies {
  /// Their type.
  public static final String JSON = "application/json";

  /// A key that comes twice is an error: which of both is meant, nobody knows.
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Bodies() {}

  /// The fields of a request.
  ///
  /// @param most bytes
  /// @throws ApiException if it is longer, or no JSON object
  public static Fields read(ServerRequest request, long most) {
    byte[] bytes;
    try {
      // Not closed, which would wait for the rest of a body that is refused.
      InputStream in = request.content().inputStream();
      bytes = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8L, most + 1));
    } catch (IOException | UncheckedIOException | InsufficientDataAvailableException e) {
      throw new CloseConnectionException("the body did not arrive", e);
    } catch (RequestException e) {
      // What comes behind it can't be told from it.
      throw RequestException.builder()
          .type(e.eventType())
          .status(e.status())
          .message(e.getMessage())
          .cause(e)
          .setKeepAlive(false)
          .build();
    }
    if (bytes.length > most) {
      throw ApiException.bodyOver(most);
    }
    try {
      JsonNode body = STRICT.readTree(bytes);
      return Fields.of(body);
    } catch (JacksonException e) {
      throw ApiException.badRequest("body: expected JSON; " + reason(e));
    }
  }

  /// Without what Jackson says to programmers.
  private static String reason(JacksonException e) {
    return e.getOriginalMessage()
        .replaceAll(" \\(start marker at .*", "")
        .replaceAll(", from `[^`]*`", "");
  }

  public static void send(ServerResponse response, JsonNode body) {
    response.header(HeaderNames.CONTENT_TYPE, JSON);
    byte[] bytes = bytes(body);
    response.contentLength(bytes.length);
    response.send(bytes);
  }

  /// JSON in UTF-8. Half of a surrogate pair, which a text of a client may have, becomes `?`.
  public static byte[] bytes(JsonNode body) {
    return JsonMapper.shared().writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
  }
}
