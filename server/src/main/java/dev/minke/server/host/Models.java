package dev.minke.server.host;

import dev.minke.Minke;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The models that a server answers with.
public interface Models {
  /// A model that stays open until the lease is closed.
  interface Lease extends AutoCloseable {
    /// The name it is served under.
    String name();

    Minke model();

    @Override
    void close();
  }

  /// Names of all, whether they are open or not; the first is meant where a request names none.
  List<String> names();

  /// Opens a model, or finds it open.
  ///
  /// @param name what a request says; empty for the first
  /// @throws dev.minke.server.wire.ApiException if there is none of this name, or it cannot be
  ///   opened now
  Lease lease(String name);

  /// After which a model that nobody uses may be closed; empty if it stays open.
  default Optional<Duration> idle() {
    return Optional.empty();
  }

  /// Those that are open.
  List<Lease> open();

  /// Whether the model that requests are meant for is being opened, so that none can be answered
  /// yet.
  default boolean isLoading() {
    return false;
  }
}
