package dev.minke.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Collects an answer and waits for it.
class Answer implements TokenListener {
  private static final long PATIENCE_SECONDS = 60;

  private final CompletableFuture<Ending> ending = new CompletableFuture<>();
  private final List<Integer> ids = new ArrayList<>();
  private final List<@Nullable LogProbs> logProbs = new ArrayList<>();
  private final int most;

  /// All of it.
  Answer() {
    this(Integer.MAX_VALUE);
  }

  /// Ends behind some tokens.
  Answer(int most) {
    this.most = most;
  }

  @Override
  public synchronized boolean writes(int id, @Nullable LogProbs logProbs) {
    this.logProbs.add(logProbs);
    ids.add(id);
    notifyAll();
    return ids.size() < most;
  }

  @Override
  public void ended(Ending how) {
    ending.complete(how);
  }

  @Override
  public void failed(Throwable cause) {
    ending.completeExceptionally(cause);
  }

  Ending ending() {
    try {
      return ending.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  boolean isDone() {
    return ending.isDone();
  }

  int[] ids() {
    Ending how = ending();
    synchronized (this) {
      if (how.generated() != ids.size()) {
        throw new AssertionError("%d tokens told of %d".formatted(ids.size(), how.generated()));
      }
      return ids.stream().mapToInt(id -> id).toArray();
    }
  }

  List<@Nullable LogProbs> logProbs() {
    Ending _ = ending();
    return logProbs;
  }

  /// Waits until some tokens are there.
  synchronized void awaitTokens(int count) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (ids.size() < count) {
      if (System.nanoTime() > end) {
        throw new AssertionError("%d tokens of %d".formatted(ids.size(), count));
      }
      wait(100);
    }
  }
}
