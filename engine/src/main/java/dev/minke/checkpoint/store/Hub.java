package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// A hub that models are fetched from: Hugging Face's or a mirror.
///
/// @param endpoint its address, with a path if it has one, without a query
/// @param token of a user, for what not everybody may read; goes to the endpoint alone
/// @param offline whether nothing may be asked
public record Hub(URI endpoint, @Nullable String token, boolean offline) {
  /// @throws CheckpointException if the address is none of the web
  public Hub {
    String scheme = String.valueOf(endpoint.getScheme());
    if (!(scheme.equals("https") || scheme.equals("http"))
        || endpoint.getHost() == null
        || endpoint.getQuery() != null
        || endpoint.getFragment() != null) {
      throw new CheckpointException(
          "hub: expected an address like https://huggingface.co, found '%s'; set HF_ENDPOINT"
              .formatted(InnerName.shown(endpoint.toString())));
    }
    if (token != null && !token.matches("[!-~]+")) {
      throw new CheckpointException(
          "hub: expected a token of visible letters, found other characters; check HF_TOKEN");
    }
  }

  /// An address below the endpoint.
  ///
  /// @param path with its parts encoded already
  URI at(String path) {
    return URI.create(endpoint.toString().replaceFirst("/+$", "") + path);
  }

  /// Whether an address is on the endpoint's own server, so that it may see the token.
  boolean owns(URI address) {
    return endpoint.getScheme().equalsIgnoreCase(address.getScheme())
        && endpoint.getHost().equalsIgnoreCase(address.getHost())
        && port(endpoint) == port(address);
  }

  private static int port(URI address) {
    return address.getPort() >= 0
        ? address.getPort()
        : "https".equalsIgnoreCase(address.getScheme()) ? 443 : 80;
  }

  /// Without the token.
  @Override
  public String toString() {
    return "Hub[" + endpoint + (offline ? ", offline]" : "]");
  }
}
