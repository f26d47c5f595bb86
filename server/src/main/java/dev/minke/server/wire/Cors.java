package dev.minke.server.wire;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.Optional;
import java.util.Set;

/// Tells browsers which web pages may read answers (Fetch standard, 3.2). Pages of other origins
/// get no such word, so browsers keep the answer from them.
public final class Cors implements Filter {
  private static final String SECONDS = "600";

  private final Set<String> origins;

  /// @param origins as browsers name them, or `*`
  public Cors(Set<String> origins) {
    this.origins = origins;
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    Optional<String> origin = request.headers().first(HeaderNames.ORIGIN).filter(this::isAllowed);
    if (origin.isEmpty()) {
      chain.proceed();
      return;
    }
    response.header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin.get());
    response.header(HeaderNames.VARY, "Origin");
    response.header(HeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After");
    if (asksBefore(request)) {
      response.header(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE");
      response.header(
          HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS,
          request.headers().first(HeaderNames.ACCESS_CONTROL_REQUEST_HEADERS).orElse("*"));
      response.header(HeaderNames.ACCESS_CONTROL_MAX_AGE, SECONDS);
      response.status(204).send();
    } else {
      chain.proceed();
    }
  }

  private boolean isAllowed(String origin) {
    return origins.contains("*") || origins.contains(origin);
  }

  private static boolean asksBefore(RoutingRequest request) {
    return request.prologue().method().equals(Method.OPTIONS)
        && request.headers().contains(HeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
  }
}
