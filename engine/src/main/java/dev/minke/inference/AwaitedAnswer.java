package dev.minke.inference;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// An answer that its asker waits for: hand it to [Engine#submit], then ask it what came.
///
/// What it collects is there when it has ended; its methods that say so wait for that.
public final class AwaitedAnswer implements TokenListener {
  private final TokenListener listener;
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();

  // Of the engine's thread until the ending is there.
  private int[] ids = new int[16];
  private int count;

  /// @param listener hears of it before, on the engine's thread
  public AwaitedAnswer(TokenListener listener) {
    this.listener = listener;
  }

  /// One that nobody hears before it has ended.
  public AwaitedAnswer() {
    this(new Unheard());
  }

  private record Unheard() implements TokenListener {
    @Override
    public boolean writes(int id, @Nullable LogProbs logProbs) {
      return true;
    }

    @Override
    public void ended(Ending ending) {}

    @Override
    public void failed(Throwable cause) {}
  }

  @Override
  public void reads(int done, int all) {
    listener.reads(done, all);
  }

  @Override
  public boolean writes(int id, @Nullable LogProbs logProbs) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, 2 * count);
    }
    ids[count++] = id;
    return listener.writes(id, logProbs);
  }

  @Override
  public void ended(Ending how) {
    try {
      listener.ended(how);
      ending.complete(how);
    } catch (RuntimeException | Error e) {
      ending.completeExceptionally(e);
    }
  }

  @Override
  public void failed(Throwable cause) {
    try {
      listener.failed(cause);
    } finally {
      ending.completeExceptionally(cause);
    }
  }

  /// Waits for the end.
  ///
  /// @throws RuntimeException what a step or the listener threw
  public Ending ending() {
    try {
      return ending.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  /// Waits for all tokens.
  ///
  /// @return without the one that ended it
  /// @throws RuntimeException what a step or the listener threw
  public int[] ids() {
    Ending _ = ending();
    return Arrays.copyOf(ids, count);
  }
}
