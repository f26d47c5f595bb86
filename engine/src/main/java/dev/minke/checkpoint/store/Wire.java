package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// Requests to a hub and to the servers it sends us on to.
///
/// Redirections are followed here and not by the client: the token goes to the hub's own server
/// alone, what the hub says of a file stands in its own answers, and none leads from `https` to
/// `http`.
final class Wire implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final int MOST_REDIRECTIONS = 8;

  /// Headers of the hub itself that describe the file, also where another server has its bytes.
  private static final List<String> ABOUT_FILE =
      List.of("X-Linked-Etag", "X-Linked-Size", "X-Repo-Commit", "X-Error-Code");

  private final Hub hub;
  private final Patience patience;
  private final StopSign stop;
  private final HttpClient client;

  Wire(Hub hub, Patience patience, StopSign stop) {
    this.hub = hub;
    this.patience = patience;
    this.stop = stop;
    // With HTTP/2 all downloads from a server would share one connection.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .build();
  }

  /// What to ask for.
  ///
  /// @param from the first byte wanted
  /// @param unless the ETag with which bytes from there on are wanted, and else all; null for any
  record Question(String method, URI address, long from, @Nullable String unless) {
    static Question get(URI address) {
      return new Question("GET", address, 0, null);
    }
  }

  /// The last answer of a row of redirections.
  ///
  /// @param own whether it is the hub's
  /// @param about what the hub said of the file
  record Answer(int status, boolean own, HttpHeaders headers, Map<String, String> about, Body body)
      implements AutoCloseable {
    /// The hash by which the hub names the content, if it says one.
    Optional<String> hash() {
      String tag = about.get("X-Linked-Etag");
      Optional<String> found =
          tag != null ? Optional.of(tag) : own ? headers.firstValue("ETag") : Optional.empty();
      return found
          .map(text -> text.replaceFirst("^W/", "").replace("\"", ""))
          .filter(Checksum::isHash);
    }

    @Override
    public void close() {
      body.close();
    }
  }

  /// Asks, and goes where the answer sends us.
  ///
  /// @throws PassingFault if the server cannot be reached or is too slow
  Answer ask(Question question) throws IOException, InterruptedException {
    Map<String, String> about = new TreeMap<>();
    URI address = question.address();
    for (int hop = 0; hop <= MOST_REDIRECTIONS; hop++) {
      HttpResponse<Body> response = send(question, address);
      boolean own = hub.owns(address);
      if (own) {
        for (String name : ABOUT_FILE) {
          response.headers().firstValue(name).ifPresent(value -> about.put(name, value));
        }
      }
      Optional<URI> next = next(response, address);
      boolean enough = question.method().equals("HEAD") && about.containsKey("X-Linked-Etag");
      if (next.isEmpty() || enough) {
        return new Answer(response.statusCode(), own, response.headers(), about, response.body());
      }
      response.body().close();
      address = next.get();
    }
    throw new CheckpointException(
        "%s: expected a file, found more than %d redirections"
            .formatted(question.address(), MOST_REDIRECTIONS));
  }

  private static Optional<URI> next(HttpResponse<Body> response, URI address) {
    return switch (response.statusCode()) {
      case 301, 302, 303, 307, 308 -> {
        String location = response.headers().firstValue("Location").orElse("");
        URI next;
        try {
          next = address.resolve(URI.create(location));
        } catch (IllegalArgumentException e) {
          throw redirected(address, location, e);
        }
        String scheme = String.valueOf(next.getScheme());
        boolean safe = scheme.equals("https") || scheme.equals(address.getScheme());
        if (location.isEmpty() || next.getHost() == null || !safe) {
          throw redirected(address, location, null);
        }
        yield Optional.of(next);
      }
      default -> Optional.empty();
    };
  }

  private static CheckpointException redirected(
      URI address, String location, @Nullable Throwable cause) {
    return new CheckpointException(
        "%s: expected a redirection to an address as safe, found one to '%s'"
            .formatted(address.getHost(), InnerName.shown(location)),
        cause == null ? new IOException("redirection") : cause);
  }

  private HttpRequest request(Question question, URI address) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .method(question.method(), HttpRequest.BodyPublishers.noBody())
            .header("User-Agent", "minke")
            .header("Accept-Encoding", "identity")
            .timeout(patience.silence());
    if (question.from() > 0) {
      request.header("Range", "bytes=" + question.from() + "-");
    }
    if (hub.owns(address)) {
      if (hub.token() != null) {
        request.header("Authorization", "Bearer " + hub.token());
      }
      // Another server has ETags of its own, of which nothing is known.
      if (question.unless() != null) {
        request.header("If-Range", "\"" + question.unless() + "\"");
      }
    }
    return request.build();
  }

  private HttpResponse<Body> send(Question question, URI address)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<Body>> answer =
        client.sendAsync(request(question, address), _ -> new Body());
    try {
      while (true) {
        stop.check();
        try {
          return answer.get(StopSign.LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
          // Not yet; look at the sign.
        }
      }
    } catch (ExecutionException e) {
      throw fault(address, e.getCause() == null ? e : e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  private IOException fault(URI address, Throwable cause) {
    return switch (cause) {
      case SSLHandshakeException untrusted ->
          throw new CheckpointException(
              "%s: expected a certificate that Java trusts, found none (%s); MINKE_JAVA_OPTIONS=-Djavax.net.ssl.trustStore=FILE adds one"
                  .formatted(address.getHost(), untrusted.getMessage()),
              untrusted);
      case ConnectException unreachable ->
          new PassingFault(
              unreachable.getCause() instanceof UnresolvedAddressException
                  ? "no server of this name is known"
                  : "the connection was refused",
              unreachable);
      case HttpTimeoutException slow ->
          new PassingFault("no answer within %d s".formatted(patience.silence().toSeconds()), slow);
      case IOException broken ->
          new PassingFault("the connection broke (%s)".formatted(broken.getMessage()), broken);
      default -> new IOException(cause);
    };
  }

  /// All bytes of a small answer.
  byte[] readAll(Answer answer, int mostBytes) throws IOException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List<ByteBuffer> next = answer.body().next(patience.silence(), stop);
    while (!next.isEmpty()) {
      for (ByteBuffer buffer : next) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        all.writeBytes(bytes);
      }
      if (all.size() > mostBytes) {
        throw new CheckpointException(
            "%s: expected at most %,d bytes, found more".formatted(hub.endpoint(), mostBytes));
      }
      next = answer.body().next(patience.silence(), stop);
    }
    return all.toByteArray();
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
