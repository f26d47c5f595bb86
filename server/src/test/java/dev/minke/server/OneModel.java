package dev.minke.server;

import dev.minke.Minke;
import dev.minke.server.host.Models;
import dev.minke.server.wire.ApiException;
import java.util.List;

/// A single model that is open as long as the server.
///
/// @param name it is served under
/// @param model owned by the caller
public record OneModel(String name, Minke model) implements Models, Models.Lease {
  @Override
  public List<String> names() {
    return List.of(name);
  }

  @Override
  public Lease lease(String asked) {
    if (!asked.isEmpty() && !asked.equals(name)) {
      throw ApiException.notFound("model: expected %s, found %s".formatted(name, asked));
    }
    return this;
  }

  @Override
  public List<Lease> open() {
    return List.of(this);
  }

  @Override
  public void close() {}
}
