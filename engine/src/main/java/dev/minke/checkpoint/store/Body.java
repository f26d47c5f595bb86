package dev.minke.checkpoint.store;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The bytes of an answer as they come, with a limit on how long none may come: the client's own
/// limit ends with the head of an answer, and a connection that says nothing more would hold a
/// download for ever.
///
/// Mutable; read by one thread. Closing it gives up the rest.
final class Body implements HttpResponse.BodySubscriber<Body>, AutoCloseable {
  private sealed interface Item {
    record Bytes(List<ByteBuffer> buffers) implements Item {}

    record Failed(Throwable cause) implements Item {}

    record Ended() implements Item {}
  }

  private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean closed;

  @Override
  public CompletionStage<Body> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    if (closed) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    items.add(new Item.Bytes(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    items.add(new Item.Failed(cause));
  }

  @Override
  public void onComplete() {
    items.add(new Item.Ended());
  }

  /// The next bytes; none at the end.
  ///
  /// @param stop asked while nothing comes
  /// @throws PassingFault if the connection broke or says nothing for too long
  List<ByteBuffer> next(Duration silence, StopSign stop) throws PassingFault, InterruptedException {
    long end = System.nanoTime() + silence.toNanos();
    while (true) {
      stop.check();
      Item item = items.poll(StopSign.LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (item != null) {
        return take(item);
      }
      if (System.nanoTime() > end) {
        throw new PassingFault("nothing came for %d s".formatted(silence.toSeconds()));
      }
    }
  }

  private List<ByteBuffer> take(Item item) throws PassingFault {
    switch (item) {
      case Item.Bytes(List<ByteBuffer> buffers) -> {
        Flow.Subscription source = subscription;
        if (source != null) {
          source.request(1);
        }
        return buffers;
      }
      case Item.Failed(Throwable cause) ->
          throw new PassingFault("the connection broke (%s)".formatted(cause.getMessage()), cause);
      case Item.Ended _ -> {
        return List.of();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    Flow.Subscription source = subscription;
    if (source != null) {
      source.cancel();
    }
  }
}
