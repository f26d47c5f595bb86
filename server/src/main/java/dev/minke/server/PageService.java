package dev.minke.server;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/// The chat page. It loads nothing from elsewhere, and its policy lets it load nothing from
/// elsewhere.
final class PageService implements HttpService {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8",
          "text.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", (_, response) -> send(response, "index.html"));
    for (String name : TYPES.keySet()) {
      rules.get("/" + name, (_, response) -> send(response, name));
    }
  }

  private static void send(ServerResponse response, String name) {
    response.header(HeaderNames.CONTENT_TYPE, TYPES.get(name));
    response.header("Content-Security-Policy", POLICY);
    response.header("X-Content-Type-Options", "nosniff");
    response.header("Referrer-Policy", "no-referrer");
    response.header(HeaderNames.CACHE_CONTROL, "no-cache");
    response.send(bytes(name));
  }

  private static byte[] bytes(String name) {
    try (InputStream in = PageService.class.getResourceAsStream("page/" + name)) {
      if (in == null) {
        throw new IllegalStateException("page: " + name + " is missing in the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
