package dev.minke.server.wire;

import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Bodies as JSON.
public final class Bodies {
  private Bodies() {}

  /// The fields of a request.
  ///
  /// @param most bytes
  /// @throws ApiException if it is longer, or no JSON object
  public static Fields read(ServerRequest request, long most) {
    byte[] bytes;
    try (InputStream in = request.content().inputStream()) {
      bytes = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8L, most + 1));
    } catch (IOException | RequestException e) {
      throw ApiException.badRequest("body: it could not be read: " + e.getMessage());
    }
    if (bytes.length > most) {
      throw ApiException.tooLarge(
          "body: expected at most %,d bytes, found more".formatted(most));
    }
    try {
      JsonNode body = JsonMapper.shared().readTree(bytes);
      return Fields.of(body);
    } catch (JacksonException e) {
      throw ApiException.badRequest("body: expected JSON; " + e.getOriginalMessage());
    }
  }

  public static void send(ServerResponse response, JsonNode body) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(JsonMapper.shared().writeValueAsBytes(body));
  }
}
