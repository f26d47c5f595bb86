package dev.minke.server.host;

import dev.minke.Minke;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.server.wire.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Several models, opened when they are first asked for and closed when nobody asks for a while, or
/// when another needs their place.
///
/// One model opens at a time; whoever asks for it meanwhile waits for it. One that is in use is
/// never closed. May be used by any threads.
public final class ModelHost implements Models, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ModelHost.class.getName());
  private static final int BUSY_SECONDS = 10;

  private final int mostOpen;
  private final Duration idle;
  private final Map<String, Hosted> models = new LinkedHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread sweeper;
  private boolean opening;
  private boolean closed;

  /// Opens a model, whenever that is wanted.
  @FunctionalInterface
  public interface Opener {
    Minke open();
  }

  /// A model by its name. Guarded by the lock.
  private static final class Hosted {
    private final String name;
    private final Opener opener;
    private @Nullable Minke model;
    private int leases;
    private long lastUsed;

    Hosted(String name, Opener opener) {
      this.name = name;
      this.opener = opener;
    }

    boolean isIdle() {
      return model != null && leases == 0;
    }
  }

  /// @param openers by name, in order
  /// @param mostOpen models open at a time
  /// @param idle after which an unused model is closed; zero for never
  public ModelHost(Map<String, Opener> openers, int mostOpen, Duration idle) {
    if (openers.isEmpty() || mostOpen < 1) {
      throw new IllegalArgumentException(
          "models: expected one or more, and room for one, found %d and room for %d"
              .formatted(openers.size(), mostOpen));
    }
    openers.forEach((name, opener) -> models.put(name, new Hosted(name, opener)));
    this.mostOpen = mostOpen;
    this.idle = idle;
    sweeper = Thread.ofPlatform().daemon().name("minke-models").unstarted(this::sweep);
    if (!idle.isZero()) {
      sweeper.start();
    }
  }

  @Override
  public List<String> names() {
    return List.copyOf(models.keySet());
  }

  @Override
  public Optional<Duration> idle() {
    return idle.isZero() ? Optional.empty() : Optional.of(idle);
  }

  @Override
  public boolean isLoading() {
    lock.lock();
    try {
      return opening && models.values().iterator().next().model == null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Lease lease(String name) {
    Hosted hosted = name.isEmpty() ? models.values().iterator().next() : models.get(name);
    if (hosted == null) {
      throw ApiException.notFound(
          "model: expected one of %s, found %s"
              .formatted(String.join(", ", models.keySet()), name));
    }
    lock.lock();
    try {
      while (true) {
        if (closed) {
          throw ApiException.unavailable("the server is about to end", BUSY_SECONDS);
        }
        Minke model = hosted.model;
        if (model != null) {
          hosted.leases++;
          return new HostedLease(hosted, model);
        }
        if (!opening) {
          open(hosted);
        } else {
          changed.awaitUninterruptibly();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Opens a model, without the lock meanwhile.
  private void open(Hosted hosted) {
    List<Minke> goes = new ArrayList<>();
    makeRoom(goes);
    opening = true;
    Minke opened = null;
    lock.unlock();
    try {
      goes.forEach(Minke::close);
      opened = hosted.opener.open();
    } catch (CheckpointException e) {
      throw ApiException.unavailable(
          "model %s: it could not be opened: %s".formatted(hosted.name, e.getMessage()),
          BUSY_SECONDS);
    } finally {
      lock.lock();
      opening = false;
      hosted.model = opened;
      hosted.lastUsed = System.nanoTime();
      changed.signalAll();
    }
    LOG.log(System.Logger.Level.INFO, "opened {0}", hosted.name);
  }

  private void makeRoom(List<Minke> goes) {
    long open = models.values().stream().filter(one -> one.model != null).count();
    for (; open >= mostOpen; open--) {
      Hosted oldest = null;
      for (Hosted one : models.values()) {
        if (one.isIdle() && (oldest == null || one.lastUsed - oldest.lastUsed < 0)) {
          oldest = one;
        }
      }
      if (oldest == null) {
        throw ApiException.unavailable(
            "model: %d are open and in use, as many as may be".formatted(mostOpen), BUSY_SECONDS);
      }
      goes.add(taken(oldest));
    }
  }

  private static Minke taken(Hosted hosted) {
    Minke model = hosted.model;
    hosted.model = null;
    if (model == null) {
      throw new IllegalStateException("model %s is not open".formatted(hosted.name));
    }
    LOG.log(System.Logger.Level.INFO, "closing {0}", hosted.name);
    return model;
  }

  private final class HostedLease implements Lease {
    private final Hosted hosted;
    private final Minke model;
    private boolean returned;

    HostedLease(Hosted hosted, Minke model) {
      this.hosted = hosted;
      this.model = model;
    }

    @Override
    public String name() {
      return hosted.name;
    }

    @Override
    public Minke model() {
      return model;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (!returned) {
          returned = true;
          hosted.leases--;
          hosted.lastUsed = System.nanoTime();
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public List<Lease> open() {
    lock.lock();
    try {
      List<Lease> open = new ArrayList<>();
      for (Hosted one : models.values()) {
        Minke model = one.model;
        if (model != null) {
          one.leases++;
          open.add(new HostedLease(one, model));
        }
      }
      return open;
    } finally {
      lock.unlock();
    }
  }

  /// Closes what nobody has used for a while.
  private void sweep() {
    boolean goesOn = true;
    while (goesOn) {
      List<Minke> goes = new ArrayList<>();
      lock.lock();
      try {
        long wait = idle.toNanos();
        long now = System.nanoTime();
        for (Hosted one : models.values()) {
          if (one.isIdle() && now - one.lastUsed >= idle.toNanos()) {
            goes.add(taken(one));
          } else if (one.isIdle()) {
            wait = Math.min(wait, idle.toNanos() - (now - one.lastUsed));
          }
        }
        goesOn = !closed;
        if (goesOn && goes.isEmpty()) {
          long _ = changed.awaitNanos(wait);
        }
      } catch (InterruptedException _) {
        goesOn = false;
      } finally {
        lock.unlock();
      }
      goes.forEach(Minke::close);
    }
  }

  /// Closes all models, and ends what they are at.
  @Override
  public void close() {
    List<Minke> goes = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      while (opening) {
        changed.awaitUninterruptibly();
      }
      for (Hosted one : models.values()) {
        if (one.model != null) {
          goes.add(taken(one));
        }
      }
    } finally {
      lock.unlock();
    }
    goes.forEach(Minke::close);
  }
}
