package dev.minke.inference;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.model.CausalModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Answers many requests at once: in every step, tokens of all of them pass the model together.
///
/// An answer does not depend on its company. With [Precision#EXACT] its tokens are bitwise those of
/// the request alone, in whatever parts its prompt is read, whoever gives up pages for whom, and
/// whatever of it was there already. With [Precision#FAST] the same holds, but where a prompt
/// begins with an earlier *answer* that is still there, in memory or on disk: its rows were
/// computed as generated tokens are. A cache that rounds changes nothing of this, as every token
/// sees rows as the cache has rounded them.
///
/// Requests come from any thread; one thread of the engine's own, a daemon, does the work and calls
/// the listeners. The model is not the engine's: close the engine first.
public final class Engine implements AutoCloseable {
  private static final double RENEWAL = 0.1;

  /// While all wait for a disk, whoever cancels or has no patience is heard so often.
  private static final long LOOK_NANOS = 20_000_000;

  private final CausalModel model;
  private final EngineSettings settings;
  private final ContextRoom context;
  private final EngineCache cache;
  private final StepRunner runner;

  /// Of the engine's thread.
  private final Draw draw = new Draw();

  private final Answering answering = new Answering();
  private final StepEvent event = new StepEvent();
  private final Scheduler scheduler;
  private final Thread thread;
  private final ReentrantLock lock;
  private final Condition changed;

  // Guarded by the lock.
  private boolean accepting = true;
  private boolean closing;
  private long arrivals;
  private long steps;
  private long promptTokens;
  private long cachedTokens;
  private long generatedTokens;
  private long draftedTokens;
  private long acceptedTokens;
  private long stepNanos;
  private long modelNanos;
  private double nanosPerAnswer;

  /// @throws IllegalArgumentException if the model cannot have a cache of that format, or is to
  ///   draft and has no predictor, or the disk may hold less than a page of the cache
  /// @throws CheckpointException if nothing can be written where the cache is to go on
  public Engine(CausalModel model, Kernels kernels, EngineSettings settings) {
    this.model = model;
    this.settings = settings;
    cache = new EngineCache(model, kernels, settings);
    lock = cache.lock();
    changed = cache.changed();
    long room = Math.min(settings.context(), (long) settings.pages() * KvView.TILE);
    context = new ContextRoom((int) Math.min(model.maxLength(), room), model.vocab());
    runner =
        new StepRunner(
            model, kernels, settings.precision(), cache.pool().cache(), settings.drafts());
    scheduler = new Scheduler(kernels, settings, cache);
    thread = Thread.ofPlatform().daemon().name("minke-engine").unstarted(this::work);
    thread.start();
  }

  /// Most tokens that a prompt and its answer may have together.
  public int limit() {
    return context.limit();
  }

  /// The model that answers.
  public CausalModel model() {
    return model;
  }

  /// Has a request answered.
  ///
  /// @param listener hears of it; its last call is [TokenListener#ended] or [TokenListener#failed]
  /// @throws IllegalArgumentException if the prompt has as many tokens as the context, or more, or
  ///   one that the model does not know
  /// @throws BusyException if too many wait
  /// @throws IllegalStateException if the engine takes no more requests
  public Generation submit(Request request, TokenListener listener) {
    return submit(request, listener, null);
  }

  /// @param session which has part of the prompt, and keeps what comes of it
  Generation submit(Request request, TokenListener listener, @Nullable EngineSession session) {
    int[] prompt = context.fit(request.prompt(), request.most(), request.terms().overflow());
    Chooser chooser = new Chooser(request.choice(), model.vocab(), prompt, request.ends(), draw);
    Purpose purpose = new Purpose.Continuing(request, listener, chooser, session);
    int dropped = request.prompt().length - prompt.length;
    return submit(prompt, request.terms(), purpose, context.room(prompt, request.most()), dropped);
  }

  /// Has a text embedded.
  ///
  /// @param prompt one token or more; not to be changed
  /// @param terms on which it is done
  /// @return `[dim]`, of the hidden states before the head; completed on the engine's thread.
  ///   Cancelling it ends the work
  /// @throws IllegalArgumentException if the prompt has as many tokens as the context, or more, or
  ///   one that the model does not know
  /// @throws BusyException if too many wait
  /// @throws IllegalStateException if the engine takes no more requests
  public CompletableFuture<float[]> embed(int[] prompt, Pooling pooling, Request.Terms terms) {
    int[] fitting = context.fit(prompt, 1, terms.overflow());
    CompletableFuture<float[]> future = new CompletableFuture<>();
    double[] sums = new double[model.head().shape().columns()];
    Generation _ =
        submit(fitting, terms, new Purpose.Embedding(pooling, sums, future), fitting.length, 0);
    return future;
  }

  /// A session without tokens. Close it before the engine.
  public EngineSession session() {
    return new EngineSession(this, cache, new int[0], 0, new int[0]);
  }

  /// A session as it was saved, which goes on bitwise as it would have.
  ///
  /// @throws CheckpointException if the file is no session, damaged, or of another model or
  ///   precision
  /// @throws IllegalStateException if too few pages are free
  public EngineSession restore(Path file) {
    return EngineSession.restore(this, cache, file);
  }

  /// @param room most tokens of prompt and answer
  /// @param dropped tokens of the prompt that are not read
  private Generation submit(
      int[] prompt, Request.Terms terms, Purpose purpose, int room, int dropped) {
    Duration patience = terms.patience();
    long deadline = System.nanoTime() + (patience == null ? 0 : patience.toNanos());
    lock.lock();
    try {
      if (!accepting) {
        throw new IllegalStateException("engine: it is closing and takes no more requests");
      }
      int waiting = scheduler.line().size();
      int free = Math.max(0, settings.active() - scheduler.active().size());
      if (waiting >= settings.waiting() + free) {
        throw new BusyException(waiting, retryAfter(waiting));
      }
      ActiveSequence sequence =
          new ActiveSequence(prompt, terms, purpose, room, arrivals++, deadline);
      sequence.dropped(dropped);
      scheduler.line().add(sequence);
      changed.signalAll();
      return sequence;
    } finally {
      lock.unlock();
    }
  }

  private Duration retryAfter(int waiting) {
    return Duration.ofNanos((long) (nanosPerAnswer * Math.max(1, waiting) / settings.active()));
  }

  /// What it does and has done.
  public EngineCounts counts() {
    lock.lock();
    try {
      PagePool pool = cache.pool();
      DiskTier disk = cache.disk();
      int kept = cache.tree().keptPages();
      return new EngineCounts(
          scheduler.active().size(),
          scheduler.line().size(),
          pool.pages(),
          pool.pages() - pool.free() - kept,
          kept,
          steps,
          promptTokens,
          cachedTokens,
          generatedTokens,
          draftedTokens,
          acceptedTokens,
          scheduler.interruptions(),
          Duration.ofNanos(stepNanos),
          Duration.ofNanos(modelNanos),
          disk == null ? DiskCounts.NONE : disk.counts());
    } finally {
      lock.unlock();
    }
  }

  /// Takes no more requests and waits until all are answered.
  ///
  /// @return false if the time was over before
  public boolean drain(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    lock.lock();
    try {
      accepting = false;
      while (!scheduler.isIdle()) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        long _ = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Ends all requests, with [Stop#CANCELLED], and frees the cache.
  @Override
  public void close() {
    lock.lock();
    try {
      accepting = false;
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive() && Thread.currentThread() != thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the engine's thread

  private void work() {
    try {
      boolean goesOn = true;
      while (goesOn) {
        goesOn = turn();
      }
    } catch (RuntimeException | Error e) {
      abandon(e);
    } finally {
      runner.close();
      cache.close();
    }
  }

  /// Something is wrong in the engine itself: nobody is answered any more, and everybody is told.
  private void abandon(Throwable cause) {
    lock.lock();
    try {
      accepting = false;
      List<ActiveSequence> all = new ArrayList<>(scheduler.line().takeIf(_ -> true));
      all.addAll(scheduler.active());
      for (ActiveSequence one : all) {
        Scheduler.leaveSession(one, false);
        answering.fail(one, cause);
      }
      scheduler.active().clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    answering.tell();
  }

  /// One step, or a wait for something to do.
  ///
  /// @return false if the engine is closed and everybody knows
  private boolean turn() {
    StepPlan plan;
    long begin = System.nanoTime();
    lock.lock();
    try {
      while (scheduler.isIdle() && !closing) {
        changed.signalAll();
        changed.awaitUninterruptibly();
        begin = System.nanoTime();
      }
      endInterrupted(begin);
      plan = closing ? null : scheduler.plan();
      if (plan != null && plan.parts().isEmpty() && answering.isNoneEnded()) {
        awaitPages(plan);
      }
    } finally {
      lock.unlock();
    }
    answering.tell();
    if (plan == null) {
      return false;
    }
    if (!plan.parts().isEmpty()) {
      step(plan, begin);
    }
    return true;
  }

  /// Nothing can pass: pages are with a disk, or with sessions.
  private void awaitPages(StepPlan plan) {
    ActiveSequence starving = scheduler.starving(plan);
    if (starving != null) {
      String message =
          "cache: sessions hold so many of its %d pages that a request has no room; close some, or have a larger one"
              .formatted(cache.pool().pages());
      answering.fail(starving, new IllegalStateException(message));
      end(starving, false);
      return;
    }
    try {
      long _ = changed.awaitNanos(LOOK_NANOS);
    } catch (InterruptedException e) {
      // Nobody ends this thread in that way: closing does.
    }
  }

  /// Ends all whose caller or deadline asks for it, or all if the engine closes.
  private void endInterrupted(long now) {
    for (ActiveSequence one :
        scheduler.line().takeIf(waiting -> closing || waiting.interrupted(now) != null)) {
      Scheduler.leaveSession(one, true);
      answering.end(one, stop(one, now));
    }
    for (ActiveSequence one : List.copyOf(scheduler.active())) {
      if (closing || one.interrupted(now) != null) {
        answering.end(one, stop(one, now));
        end(one, true);
      }
    }
  }

  private static Stop stop(ActiveSequence sequence, long now) {
    Stop stop = sequence.interrupted(now);
    return stop == null ? Stop.CANCELLED : stop;
  }

  private void end(ActiveSequence sequence, boolean sound) {
    scheduler.end(sequence, sound);
    cachedTokens += sequence.cached();
    double nanos = System.nanoTime() - sequence.began();
    nanosPerAnswer += (nanosPerAnswer == 0 ? 1 : RENEWAL) * (nanos - nanosPerAnswer);
  }

  private void step(StepPlan plan, long begin) {
    long nanos = 0;
    int prompts = plan.promptTokens();
    event.begin();
    answering.begin();
    Throwable failure = null;
    try {
      nanos = runner.run(plan, answering);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    for (StepPlan.Part part : plan.parts()) {
      if (failure != null) {
        answering.fail(part.sequence(), failure);
      } else if (part.sequence().isComplete()) {
        answering.end(part.sequence(), Stop.LENGTH);
      }
    }
    lock.lock();
    try {
      if (failure == null) {
        scheduler.took(plan, prompts, nanos);
        promptTokens += prompts;
        generatedTokens += answering.drawn();
        draftedTokens += plan.drafts();
        acceptedTokens += answering.guessed();
        scheduler.passed(plan);
        event.commit(plan, answering, scheduler, cache, nanos);
        answering.full().forEach(this::shorten);
      }
      answering.ended().forEach(one -> end(one.sequence(), one.sound()));
      steps++;
      modelNanos += nanos;
      stepNanos += System.nanoTime() - begin;
    } finally {
      lock.unlock();
    }
    answering.tell();
  }

  /// Drops the middle of a sequence that has filled the context and goes on with the rest.
  private void shorten(ActiveSequence sequence) {
    if (!answering.goesOn(sequence)
        || !(sequence.purpose() instanceof Purpose.Continuing continuing)
        || !(continuing.drops() instanceof Overflow.DropMiddle drop)) {
      return;
    }
    int most = continuing.request().most() - sequence.generated();
    int[] prompt = drop.shortened(sequence.tokens(), sequence.length(), context.limit(), most);
    scheduler.leave(sequence);
    sequence.restart(prompt, continuing.behind(model.vocab(), prompt), context.room(prompt, most));
  }
}
