package dev.minke.server.wire;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Server-sent events (HTML standard, 9.2), each flushed when it is written. Belongs to one thread.
public final class EventStream implements AutoCloseable {
  private final OutputStream out;

  /// @param out closed with it
  public EventStream(OutputStream out) {
    this.out = out;
  }

  /// Answers 200 and begins.
  public EventStream(ServerResponse response) {
    response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
    response.header(HeaderNames.CACHE_CONTROL, "no-cache");
    // Proxies that collect before they pass on are asked not to.
    response.header("X-Accel-Buffering", "no");
    this(response.outputStream());
  }

  /// An event without a name.
  ///
  /// @throws IOException if nobody reads any more
  public void send(JsonNode data) throws IOException {
    send(null, JsonMapper.shared().writeValueAsString(data));
  }

  /// An event whose name is its `type`, too.
  ///
  /// @throws IOException if nobody reads any more
  public void sendTyped(JsonNode data) throws IOException {
    send(data.path("type").asString(), JsonMapper.shared().writeValueAsString(data));
  }

  /// @param name of the event; null for none
  /// @param data one line
  public void send(@Nullable String name, String data) throws IOException {
    String head = name == null ? "" : "event: " + name + "\n";
    write(head + "data: " + data + "\n\n");
  }

  /// What readers skip: tells both sides that the other is there.
  public void keepAlive() throws IOException {
    write(": keep-alive\n\n");
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
