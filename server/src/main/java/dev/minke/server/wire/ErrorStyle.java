package dev.minke.server.wire;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// How a protocol writes an error down.
public enum ErrorStyle {
  /// `{"error": {"message", "type", "param", "code"}}`.
  OPENAI,
  /// `{"type": "error", "error": {"type", "message"}}`.
  ANTHROPIC,
  /// `{"error": "…"}`.
  OLLAMA;

  /// The style of the protocol that a path belongs to.
  public static ErrorStyle of(String path) {
    if (path.startsWith("/v1/messages") || path.startsWith("/anthropic/")) {
      return ANTHROPIC;
    }
    return path.startsWith("/api/") ? OLLAMA : OPENAI;
  }

  public ObjectNode body(ApiException error) {
    ObjectNode body = JsonMapper.shared().createObjectNode();
    switch (this) {
      case OPENAI ->
          body.putObject("error")
              .put("message", error.getMessage())
              .put("type", error.type())
              .put("param", error.field())
              .put("code", error.status());
      case ANTHROPIC ->
          body.put("type", "error")
              .putObject("error")
              .put("type", anthropicType(error))
              .put("message", error.getMessage());
      case OLLAMA -> body.put("error", error.getMessage());
    }
    return body;
  }

  private static String anthropicType(ApiException error) {
    return switch (error.status()) {
      case 401 -> "authentication_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 503 -> "overloaded_error";
      case 500 -> "api_error";
      default -> "invalid_request_error";
    };
  }
}
