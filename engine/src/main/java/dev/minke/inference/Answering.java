package dev.minke.inference;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What comes of the sequences of a step: their tokens are drawn, their listeners hear of it, and
/// those that end are remembered until they can be told so without the engine's lock. Of the
/// engine's thread.
final class Answering implements StepRunner.Drawer {
  /// What the flight recorder is told beside the names of [Stop].
  private static final String FAILED = "FAILED";

  private final List<Ended> ended = new ArrayList<>();

  /// Sequences that filled the context in the present step and are to go on.
  private final List<ActiveSequence> full = new ArrayList<>();

  private int drawn;
  private int guessed;

  /// A sequence that is over.
  ///
  /// @param sound whether what was computed of it may be kept
  /// @param last tells whoever waits for it
  record Ended(ActiveSequence sequence, boolean sound, Runnable last) {}

  /// The next step begins.
  void begin() {
    drawn = 0;
    guessed = 0;
    full.clear();
  }

  /// Tokens drawn in the present step.
  int drawn() {
    return drawn;
  }

  /// How many of these had been guessed.
  int guessed() {
    return guessed;
  }

  /// Sequences that filled the context in the present step and are to go on.
  List<ActiveSequence> full() {
    return full;
  }

  /// Those that are over and were not told so.
  List<Ended> ended() {
    return ended;
  }

  boolean isNoneEnded() {
    return ended.isEmpty();
  }

  void end(ActiveSequence sequence, Stop stop) {
    Runnable last =
        () -> {
          sequence.record(stop.name(), null);
          sequence.purpose().ended(sequence.ending(stop));
        };
    ended.add(new Ended(sequence, true, last));
  }

  /// Ends a sequence that did not end by itself.
  void fail(ActiveSequence sequence, Throwable cause) {
    if (goesOn(sequence)) {
      Runnable last =
          () -> {
            sequence.record(FAILED, cause);
            sequence.purpose().failed(cause);
          };
      ended.add(new Ended(sequence, false, last));
    }
  }

  /// Says so to all that ended. The caller must not hold the lock.
  void tell() {
    for (Ended one : ended) {
      try {
        one.last.run();
      } catch (RuntimeException e) {
        System.getLogger(Engine.class.getName())
            .log(System.Logger.Level.ERROR, "a listener failed at the end of its request", e);
      }
    }
    ended.clear();
  }

  @Override
  public boolean goesOn(ActiveSequence sequence) {
    for (Ended one : ended) {
      if (one.sequence == sequence) {
        return false;
      }
    }
    return true;
  }

  /// Whoever hears of a first token has heard before that the prompt was read.
  @Override
  public void passed(ActiveSequence sequence) {
    if (sequence.computed() <= sequence.promptLength()
        && sequence.generated() == 0
        && goesOn(sequence)) {
      try {
        sequence.purpose().reads(sequence.computed(), sequence.promptLength());
      } catch (RuntimeException e) {
        fail(sequence, e);
      }
    }
  }

  @Override
  public boolean draw(ActiveSequence sequence, float[] logits) {
    if (!goesOn(sequence)) {
      return false;
    }
    if (!(sequence.purpose() instanceof Purpose.Continuing continuing)) {
      throw new IllegalStateException("a sequence that is not continued has nothing to draw");
    }
    int passed = sequence.computed();
    try {
      Stop stop = drawn(sequence, continuing, logits);
      if (stop != null) {
        end(sequence, stop);
      }
    } catch (RuntimeException e) {
      fail(sequence, e);
    }
    boolean hasPassed = sequence.computed() > passed;
    guessed += hasPassed ? 1 : 0;
    return hasPassed && goesOn(sequence);
  }

  private @Nullable Stop drawn(
      ActiveSequence sequence, Purpose.Continuing continuing, float[] logits) {
    Request request = continuing.request();
    boolean tells = request.logProbs() != Request.NO_LOG_PROBS;
    float[] own = tells ? logits.clone() : logits;
    int next = continuing.chooser().next(logits, sequence.length());
    if (request.ends().contains(next)) {
      return Stop.END_OF_TEXT;
    }
    sequence.append(next);
    drawn++;
    LogProbs logProbs = tells ? LogProbs.of(own, next, request.logProbs()) : null;
    if (!continuing.listener().writes(next, logProbs)) {
      return Stop.CANCELLED;
    }
    if (continuing.chooser().isComplete()) {
      return Stop.END_OF_TEXT;
    }
    if (!sequence.isFull()) {
      return null;
    }
    if (continuing.drops() == null || sequence.generated() >= request.most()) {
      return Stop.LENGTH;
    }
    full.add(sequence);
    return null;
  }
}
