package dev.minke;

import dev.minke.inference.Generation;
import dev.minke.inference.text.DrawnToken;
import dev.minke.inference.text.TextEnding;
import dev.minke.inference.text.TextListener;
import dev.minke.tokenizer.chat.Answer;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An answer while it comes. Iterating waits for what comes next; closing it before the end cancels
/// the rest. Belongs to one thread, but for [#cancel].
public final class ReplyStream implements Iterable<AnswerEvent>, AutoCloseable {
  private final LinkedBlockingQueue<Said> queue = new LinkedBlockingQueue<>();
  private final List<AnswerEvent> events = new ArrayList<>();
  private final List<DrawnToken> tokens = new ArrayList<>();
  private final Generation generation;
  private @Nullable TextEnding ending;

  private sealed interface Said {
    record Events(List<AnswerEvent> events) implements Said {}

    record Drawn(DrawnToken token) implements Said {}

    record End(TextEnding ending) implements Said {}

    record Failure(Throwable cause) implements Said {}
  }

  /// @param start has the request answered to a listener
  ReplyStream(Function<TextListener, Generation> start) {
    generation = start.apply(new Teller());
  }

  /// From the engine's thread to the reader's.
  private final class Teller implements TextListener {
    @Override
    public void drew(DrawnToken token) {
      queue.add(new Said.Drawn(token));
    }

    @Override
    public boolean says(List<AnswerEvent> more) {
      queue.add(new Said.Events(more));
      return true;
    }

    @Override
    public void ended(TextEnding how) {
      queue.add(new Said.End(how));
    }

    @Override
    public void failed(Throwable cause) {
      queue.add(new Said.Failure(cause));
    }
  }

  /// Waits for more.
  ///
  /// @return false if the answer has ended
  private boolean advance() {
    if (ending != null) {
      return false;
    }
    try {
      return switch (queue.take()) {
        case Said.Events said -> events.addAll(said.events);
        case Said.Drawn said -> tokens.add(said.token);
        case Said.End said -> {
          ending = said.ending;
          yield false;
        }
        case Said.Failure said -> throw new AnswerException(said.cause);
      };
    } catch (InterruptedException e) {
      cancel();
      Thread.currentThread().interrupt();
      throw new AnswerException(e);
    }
  }

  /// All events from the first on, as they come.
  @Override
  public Iterator<AnswerEvent> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        while (next == events.size()) {
          if (!advance()) {
            return false;
          }
        }
        return true;
      }

      @Override
      public AnswerEvent next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the answer has ended");
        }
        return events.get(next++);
      }
    };
  }

  /// Waits for the whole answer.
  ///
  /// @throws AnswerException if it could not be completed
  public Reply reply() {
    TextEnding end = ending;
    while (end == null) {
      boolean _ = advance();
      end = ending;
    }
    return new Reply(Answer.of(events), end, tokens);
  }

  /// Ends the answer where it is. May be called by any thread.
  public void cancel() {
    generation.cancel();
  }

  @Override
  public void close() {
    if (ending == null) {
      cancel();
    }
  }
}
