package dev.minke.server.ops;

import dev.minke.server.wire.ApiException;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Counts requests, and refuses new ones when the server ends.
public final class Traffic implements Filter {
  private final Metrics metrics;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();

  // Guarded by the lock.
  private int underWay;
  private boolean draining;

  public Traffic(Metrics metrics) {
    this.metrics = metrics;
  }

  /// Refuses what would be new work: reading stays possible, so probes and metrics see the end.
  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    boolean works = request.prologue().method().equals(Method.POST);
    if (works && !enter()) {
      metrics.request("", "503", Duration.ZERO);
      throw ending();
    }
    long begin = System.nanoTime();
    String status = "closed";
    try {
      chain.proceed();
      status = Integer.toString(response.status().code());
    } finally {
      if (works) {
        leave();
      }
      metrics.request(
          request.matchingPattern().orElse(""),
          status,
          Duration.ofNanos(System.nanoTime() - begin));
    }
  }

  static ApiException ending() {
    return ApiException.unavailable("server: it ends and takes no more requests; ask another", 1);
  }

  private boolean enter() {
    lock.lock();
    try {
      underWay += draining ? 0 : 1;
      return !draining;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      underWay--;
      quiet.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isDraining() {
    lock.lock();
    try {
      return draining;
    } finally {
      lock.unlock();
    }
  }

  /// Takes no more requests and waits until those under way are answered.
  ///
  /// @return how many are not, when the time is over
  public int drain(Duration most) throws InterruptedException {
    lock.lock();
    try {
      draining = true;
      long left = most.toNanos();
      while (underWay > 0 && left > 0) {
        left = quiet.awaitNanos(left);
      }
      return underWay;
    } finally {
      lock.unlock();
    }
  }
}
