package dev.minke.server.answer;

import dev.minke.inference.Generation;
import dev.minke.inference.text.DrawnToken;
import dev.minke.inference.text.TextEnding;
import dev.minke.inference.text.TextListener;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One or several answers under way, from the engine's thread to the one that writes to the client.
/// Closing it cancels what has not ended. Belongs to the thread that writes.
public final class Hearing implements AutoCloseable {
  private final LinkedBlockingQueue<Heard> queue = new LinkedBlockingQueue<>();
  private final List<Generation> generations = new ArrayList<>();
  private int open;

  /// Something of one of the answers.
  public sealed interface Heard {
    /// Number of the answer, from 0.
    int index();

    /// A token was drawn; told where log-probabilities were asked for.
    record Drew(int index, DrawnToken token) implements Heard {}

    /// More of it is certain.
    record Said(int index, List<AnswerEvent> events) implements Heard {}

    /// It is complete.
    record Ended(int index, TextEnding ending) implements Heard {}

    /// It could not be completed.
    record Failed(int index, Throwable cause) implements Heard {}
  }

  /// Has one more request answered.
  ///
  /// @param start submits it for a listener
  public void add(Function<TextListener, Generation> start) {
    generations.add(start.apply(new Ear(generations.size())));
    open++;
  }

  private final class Ear implements TextListener {
    private final int index;

    Ear(int index) {
      this.index = index;
    }

    @Override
    public void drew(DrawnToken token) {
      queue.add(new Heard.Drew(index, token));
    }

    @Override
    public boolean says(List<AnswerEvent> events) {
      queue.add(new Heard.Said(index, events));
      return true;
    }

    @Override
    public void ended(TextEnding ending) {
      queue.add(new Heard.Ended(index, ending));
    }

    @Override
    public void failed(Throwable cause) {
      queue.add(new Heard.Failed(index, cause));
    }
  }

  /// Whether some answer has not ended.
  public boolean isOpen() {
    return open > 0;
  }

  /// Waits for more.
  ///
  /// @return null if nothing came in that time
  public @Nullable Heard next(Duration patience) throws InterruptedException {
    Heard heard = queue.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (heard instanceof Heard.Ended || heard instanceof Heard.Failed) {
      open--;
    }
    return heard;
  }

  /// Ends one answer where it is.
  public void cancel(int index) {
    generations.get(index).cancel();
  }

  @Override
  public void close() {
    if (isOpen()) {
      generations.forEach(Generation::cancel);
    }
  }
}
