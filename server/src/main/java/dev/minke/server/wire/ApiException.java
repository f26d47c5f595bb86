package dev.minke.server.wire;

import org.jspecify.annotations.Nullable;

/// A request that is answered with an error. Each protocol has its own way to write it down.
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String type;
  private final @Nullable String field;
  private final int retryAfterSeconds;

  private ApiException(
      int status, String type, @Nullable String field, String message, int retryAfterSeconds) {
    super(message);
    this.status = status;
    this.type = type;
    this.field = field;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /// Something in the request cannot be.
  ///
  /// @param field the one that is meant, with dots between levels
  public static ApiException badField(String field, String message) {
    return new ApiException(400, "invalid_request_error", field, field + ": " + message, 0);
  }

  /// The request as a whole cannot be.
  public static ApiException badRequest(String message) {
    return new ApiException(400, "invalid_request_error", null, message, 0);
  }

  /// Nobody has given this key, or no key was sent.
  public static ApiException unauthorized(String message) {
    return new ApiException(401, "authentication_error", null, message, 0);
  }

  /// What is asked for is not here.
  public static ApiException notFound(String message) {
    return new ApiException(404, "not_found_error", null, message, 0);
  }

  /// There is nothing under this path, or not for this method.
  public static ApiException noPath(String method, String path) {
    return notFound(
        "path: there is no %s %s here; /openapi.json has all there are".formatted(method, path));
  }

  /// The body is longer than it may be.
  ///
  /// @param most bytes
  public static ApiException bodyOver(long most) {
    String message = "body: expected at most %,d bytes, found more".formatted(most);
    return new ApiException(413, "invalid_request_error", null, message, 0);
  }

  /// The server is set not to tell this.
  public static ApiException notEnabled(String message) {
    return new ApiException(501, "not_supported_error", null, message, 0);
  }

  /// Too many requests wait, or the server is not ready or about to end.
  public static ApiException unavailable(String message, int retryAfterSeconds) {
    return new ApiException(503, "unavailable_error", null, message, retryAfterSeconds);
  }

  /// Something failed here.
  public static ApiException failed(String message) {
    return new ApiException(500, "server_error", null, message, 0);
  }

  /// HTTP status.
  public int status() {
    return status;
  }

  /// In the words of OpenAI.
  public String type() {
    return type;
  }

  /// The field that is meant; null if none is.
  public @Nullable String field() {
    return field;
  }

  /// When to try again; 0 where that makes no difference.
  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
