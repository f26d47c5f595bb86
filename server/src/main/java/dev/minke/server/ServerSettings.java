package dev.minke.server;

import java.time.Duration;
import java.util.Set;

/// Where a server listens, whom it lets in, and what it puts up with.
///
/// @param host address to listen on
/// @param port 0 for any that is free
/// @param apiKeys one of which every request has to have; none to let everybody in
/// @param bodyBytes most bytes of a request's body
/// @param connections open at a time
/// @param keepAlive between two signs of life while nothing else is said
/// @param idle after which a connection without a request is closed
/// @param drain time that requests under way have when the server ends
public record ServerSettings(
    String host,
    int port,
    Set<String> apiKeys,
    long bodyBytes,
    int connections,
    Duration keepAlive,
    Duration idle,
    Duration drain) {
  /// On this machine alone, as llama-server has it.
  public static final ServerSettings DEFAULT =
      new ServerSettings(
          "127.0.0.1",
          8080,
          Set.of(),
          32L << 20,
          1024,
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofSeconds(30));

  public ServerSettings {
    apiKeys = Set.copyOf(apiKeys);
  }

  public ServerSettings withPort(int newPort) {
    return new ServerSettings(
        host, newPort, apiKeys, bodyBytes, connections, keepAlive, idle, drain);
  }

  public ServerSettings withHost(String newHost) {
    return new ServerSettings(
        newHost, port, apiKeys, bodyBytes, connections, keepAlive, idle, drain);
  }

  public ServerSettings withApiKeys(Set<String> keys) {
    return new ServerSettings(host, port, keys, bodyBytes, connections, keepAlive, idle, drain);
  }
}
