package dev.minke.inference;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What comes of a prompt that has passed the model. Of the engine's thread.
sealed interface Purpose {
  /// Prompt tokens were read.
  void reads(int done, int all);

  /// The last call.
  void ended(Ending ending);

  /// The last call.
  void failed(Throwable cause);

  /// Everything has to pass again.
  void restart();

  /// Whether nobody waits for it any more.
  boolean isAbandoned();

  /// Which keeps what comes of it; null for none.
  @Nullable EngineSession session();

  /// It is continued.
  ///
  /// @param chooser of its tokens
  record Continuing(
      Request request, TokenListener listener, Chooser chooser, @Nullable EngineSession session)
      implements Purpose {
    /// The same answer behind another prompt.
    Continuing behind(int vocab, int[] prompt) {
      Chooser next = chooser.behind(request.choice(), vocab, prompt);
      return new Continuing(request, listener, next, session);
    }

    /// What the context has no room for is dropped; null if the answer ends there.
    Overflow.@Nullable DropMiddle drops() {
      return request.terms().overflow() instanceof Overflow.DropMiddle drop ? drop : null;
    }

    @Override
    public void reads(int done, int all) {
      listener.reads(done, all);
    }

    @Override
    public void ended(Ending ending) {
      listener.ended(ending);
    }

    @Override
    public void failed(Throwable cause) {
      listener.failed(cause);
    }

    @Override
    public void restart() {}

    @Override
    public boolean isAbandoned() {
      return false;
    }
  }

  /// Its hidden states become one vector.
  ///
  /// @param sums `[dim]`, so far
  record Embedding(Pooling pooling, double[] sums, CompletableFuture<float[]> future)
      implements Purpose {
    /// Takes the hidden state of the next token.
    void accept(float[] hidden) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] = pooling == Pooling.MEAN ? sums[i] + hidden[i] : hidden[i];
      }
    }

    @Override
    public void reads(int done, int all) {}

    @Override
    public void ended(Ending ending) {
      switch (ending.stop()) {
        case END_OF_TEXT, LENGTH -> {
          int divisor = pooling == Pooling.MEAN ? ending.prompt() : 1;
          float[] vector = new float[sums.length];
          for (int i = 0; i < sums.length; i++) {
            vector[i] = (float) (sums[i] / divisor);
          }
          future.complete(vector);
        }
        case DEADLINE ->
            future.completeExceptionally(new TimeoutException("embedding: its time is over"));
        case CANCELLED -> future.cancel(false);
      }
    }

    @Override
    public void failed(Throwable cause) {
      future.completeExceptionally(cause);
    }

    @Override
    public void restart() {
      Arrays.fill(sums, 0);
    }

    @Override
    public boolean isAbandoned() {
      return future.isDone();
    }

    @Override
    public @Nullable EngineSession session() {
      return null;
    }
  }
}
