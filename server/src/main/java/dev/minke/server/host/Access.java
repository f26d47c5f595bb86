package dev.minke.server.host;

import dev.minke.server.wire.ApiException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who may ask. Keys are compared by their digests, all of them each time, so that the time taken
/// tells nothing.
public final class Access {
  private static final HeaderName X_API_KEY = HeaderNames.create("x-api-key");
  private static final String BEARER = "Bearer ";

  /// Digits of a digest that stand for a user.
  private static final int NAME_DIGITS = 12;

  private final List<byte[]> digests = new ArrayList<>();

  /// @param keys none to let everybody in
  public Access(Set<String> keys) {
    keys.forEach(key -> digests.add(digest(key)));
  }

  /// On whose account a request is: everybody who has the same key is one user.
  ///
  /// @throws ApiException if it has none of the keys
  public String user(ServerRequest request) {
    if (digests.isEmpty()) {
      return "";
    }
    byte[] sent = digest(sent(request).orElseThrow(() -> noKey("found none")));
    boolean known = false;
    for (byte[] digest : digests) {
      known |= MessageDigest.isEqual(digest, sent);
    }
    if (!known) {
      throw noKey("found another");
    }
    return HexFormat.of().formatHex(sent).substring(0, NAME_DIGITS);
  }

  private static ApiException noKey(String found) {
    return ApiException.unauthorized(
        "API key: expected one of this server's in \"Authorization: Bearer …\" or \"x-api-key\", "
            + found);
  }

  private static Optional<String> sent(ServerRequest request) {
    Optional<String> bearer =
        request.headers().first(HeaderNames.AUTHORIZATION).filter(text -> text.startsWith(BEARER));
    return bearer
        .map(text -> text.substring(BEARER.length()).strip())
        .or(() -> request.headers().first(X_API_KEY));
  }

  private static byte[] digest(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
