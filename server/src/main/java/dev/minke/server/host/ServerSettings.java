package dev.minke.server.host;

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
/// @param limits of a single request
/// @param origins of web pages that may ask, as browsers name them (`https://example.org`), or `*`
///   for all; none to answer no page but this server's own
/// @param showsSlots whether `/slots` tells which answers are under way
public record ServerSettings(
    String host,
    int port,
    Set<String> apiKeys,
    long bodyBytes,
    int connections,
    Duration keepAlive,
    Duration idle,
    Duration drain,
    Limits limits,
    Set<String> origins,
    boolean showsSlots) {
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
          Duration.ofSeconds(30),
          Limits.DEFAULT,
          Set.of(),
          false);

  /// What a single request may take.
  ///
  /// @param headerBytes most bytes of its headers
  /// @param arrival time for its headers, and again for its body, to arrive
  /// @param taking time in which the client has to take what is written to it; a client that takes
  ///   something goes on
  /// @param answer time for the whole answer, waiting included
  public record Limits(int headerBytes, Duration arrival, Duration taking, Duration answer) {
    /// Half an hour for an answer, as DeepSeek has it; a minute for a client that does nothing.
    public static final Limits DEFAULT =
        new Limits(16 << 10, Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(30));

    public Limits withAnswer(Duration most) {
      return new Limits(headerBytes, arrival, taking, most);
    }
  }

  public ServerSettings {
    apiKeys = Set.copyOf(apiKeys);
    origins = Set.copyOf(origins);
  }

  public ServerSettings withPort(int newPort) {
    return new ServerSettings(
        host,
        newPort,
        apiKeys,
        bodyBytes,
        connections,
        keepAlive,
        idle,
        drain,
        limits,
        origins,
        showsSlots);
  }

  public ServerSettings withHost(String newHost) {
    return new ServerSettings(
        newHost,
        port,
        apiKeys,
        bodyBytes,
        connections,
        keepAlive,
        idle,
        drain,
        limits,
        origins,
        showsSlots);
  }

  public ServerSettings withApiKeys(Set<String> keys) {
    return new ServerSettings(
        host,
        port,
        keys,
        bodyBytes,
        connections,
        keepAlive,
        idle,
        drain,
        limits,
        origins,
        showsSlots);
  }

  public ServerSettings withBodyBytes(long most) {
    return new ServerSettings(
        host,
        port,
        apiKeys,
        most,
        connections,
        keepAlive,
        idle,
        drain,
        limits,
        origins,
        showsSlots);
  }

  public ServerSettings withConnections(int most) {
    return new ServerSettings(
        host, port, apiKeys, bodyBytes, most, keepAlive, idle, drain, limits, origins, showsSlots);
  }

  public ServerSettings withKeepAlive(Duration pause) {
    return new ServerSettings(
        host,
        port,
        apiKeys,
        bodyBytes,
        connections,
        pause,
        idle,
        drain,
        limits,
        origins,
        showsSlots);
  }

  public ServerSettings withDrain(Duration most) {
    return new ServerSettings(
        host,
        port,
        apiKeys,
        bodyBytes,
        connections,
        keepAlive,
        idle,
        most,
        limits,
        origins,
        showsSlots);
  }

  public ServerSettings withLimits(Limits newLimits) {
    return new ServerSettings(
        host,
        port,
        apiKeys,
        bodyBytes,
        connections,
        keepAlive,
        idle,
        drain,
        newLimits,
        origins,
        showsSlots);
  }

  public ServerSettings withOrigins(Set<String> pages) {
    return new ServerSettings(
        host,
        port,
        apiKeys,
        bodyBytes,
        connections,
        keepAlive,
        idle,
        drain,
        limits,
        pages,
        showsSlots);
  }

  public ServerSettings withSlots(boolean shows) {
    return new ServerSettings(
        host,
        port,
        apiKeys,
        bodyBytes,
        connections,
        keepAlive,
        idle,
        drain,
        limits,
        origins,
        shows);
  }
}
