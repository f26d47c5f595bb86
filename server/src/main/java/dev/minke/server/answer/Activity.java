package dev.minke.server.answer;

import dev.minke.inference.Generation;
import dev.minke.inference.text.DrawnToken;
import dev.minke.inference.text.TextEnding;
import dev.minke.inference.text.TextListener;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// The answers under way, whatever protocol they were asked for in, and sums over those that have
/// ended. Safe for many threads.
public final class Activity {
  private final Set<Watched> underWay = ConcurrentHashMap.newKeySet();
  private final Map<String, Times> times = new ConcurrentHashMap<>();
  private final AtomicLong begun = new AtomicLong();

  /// An answer under way. Says nothing of what is asked or answered.
  ///
  /// @param number of the answer since the start
  /// @param model that answers
  /// @param promptRead tokens of the prompt that were read or were there
  /// @param promptTokens of the prompt; 0 as long as none was read
  /// @param age since it was asked for
  public record Slot(long number, String model, int promptRead, int promptTokens, Duration age) {}

  /// Times of all answers of a model that have ended, as their clients felt them.
  ///
  /// @param answers that have ended
  /// @param toFirst from request to first token, waiting included
  /// @param generating from first token to last
  public record Times(long answers, Duration toFirst, Duration generating) {
    private static final Times NONE = new Times(0, Duration.ZERO, Duration.ZERO);

    private Times plus(TextEnding.Timing timing) {
      return new Times(
          answers + 1, toFirst.plus(timing.toFirst()), generating.plus(timing.generating()));
    }
  }

  /// Has an answer begun and watches it until it has ended.
  ///
  /// @param model name of the model that answers
  /// @param listener hears all that is heard
  /// @param start submits the request for the listener that it is given
  public Generation begin(
      String model, TextListener listener, Function<TextListener, Generation> start) {
    Watched watched = new Watched(begun.getAndIncrement(), model, listener);
    underWay.add(watched);
    try {
      return start.apply(watched);
    } catch (RuntimeException e) {
      underWay.remove(watched);
      throw e;
    }
  }

  /// Answers under way, the oldest first.
  public List<Slot> slots() {
    return underWay.stream()
        .map(Watched::slot)
        .sorted(Comparator.comparingLong(Slot::number))
        .toList();
  }

  /// By names of models.
  public Map<String, Times> times() {
    return Map.copyOf(times);
  }

  /// Passes on what it hears.
  private final class Watched implements TextListener {
    private final long number;
    private final String model;
    private final TextListener listener;
    private final long beginNanos = System.nanoTime();
    private volatile int promptRead;
    private volatile int promptTokens;

    Watched(long number, String model, TextListener listener) {
      this.number = number;
      this.model = model;
      this.listener = listener;
    }

    Slot slot() {
      return new Slot(
          number,
          model,
          promptRead,
          promptTokens,
          Duration.ofNanos(System.nanoTime() - beginNanos));
    }

    @Override
    public void reads(int done, int all) {
      promptRead = done;
      promptTokens = all;
      listener.reads(done, all);
    }

    @Override
    public void drew(DrawnToken token) {
      listener.drew(token);
    }

    @Override
    public boolean says(List<AnswerEvent> events) {
      return listener.says(events);
    }

    @Override
    public void ended(TextEnding ending) {
      underWay.remove(this);
      times.merge(
          model, Times.NONE.plus(ending.timing()), (before, _) -> before.plus(ending.timing()));
      listener.ended(ending);
    }

    @Override
    public void failed(Throwable cause) {
      underWay.remove(this);
      listener.failed(cause);
    }
  }
}
