package dev.minke.server.answer;

import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.inference.Generation;
import dev.minke.inference.text.DrawnToken;
import dev.minke.inference.text.Finish;
import dev.minke.inference.text.TextEnding;
import dev.minke.inference.text.TextListener;
import dev.minke.inference.text.Wording;
import dev.minke.tokenizer.chat.AnswerEvent;
import dev.minke.tokenizer.chat.AnswerParser;
import dev.minke.tokenizer.chat.Markers;
import dev.minke.tokenizer.chat.ThoughtStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Ends a thought that becomes too long: the model is made to read that it has thought, and goes on
/// with the answer. Belongs to one request and its thread.
///
/// The tokens that the engine draws before it hears of the end are part of the thought: few.
public final class ThoughtBudget {
  private static final String END = "\n" + Markers.THOUGHT_END;

  private final Minke model;
  private final Wording.Worded worded;
  private final Options options;
  private final int most;
  private final List<Integer> drawn = new ArrayList<>();
  private boolean thinks;
  private boolean calls;
  private int tokens;
  private @Nullable TextEnding first;

  /// @param most tokens of a thought
  public ThoughtBudget(Minke model, Wording.Worded worded, Options options, int most) {
    this.model = model;
    this.worded = worded;
    // So that each token is told.
    this.options = options.withLogProbs(Math.max(0, options.logProbs()));
    this.most = most;
    thinks = worded.thought() == ThoughtStart.OPEN;
  }

  /// Has the answer begun.
  public Generation start(TextListener listener) {
    return model.submit(worded.ids(), worded.parser(), worded.start(), options, listener);
  }

  /// A token was drawn.
  ///
  /// @return whether it is the one with which the budget is spent
  boolean drew(DrawnToken token) {
    if (first != null) {
      return false;
    }
    drawn.add(token.id());
    return thinks && ++tokens == most;
  }

  /// More was said.
  void said(List<AnswerEvent> events) {
    for (AnswerEvent event : events) {
      thinks = event instanceof AnswerEvent.Reasoning;
      calls |= event instanceof AnswerEvent.CallBegun;
    }
  }

  /// What comes after a thought that was ended here.
  ///
  /// @param ending of the answer until now
  /// @return submits it for a listener; null if the answer is complete
  @Nullable Function<TextListener, Generation> rest(TextEnding ending) {
    boolean cut = ending.finish() == Finish.CANCELLED && tokens >= most && !calls;
    if (first != null || !cut) {
      return null;
    }
    first = ending;
    // It may have ended by itself meanwhile.
    String mark = thinks ? END : "";
    int[] before = drawn.stream().mapToInt(Integer::intValue).toArray();
    AnswerParser parser = worded.parser();
    List<AnswerEvent> _ = parser.accept(model.tokenizer().decode(before) + mark);
    int[] ids =
        Stream.of(worded.ids(), before, model.tokenizer().encodeWithSpecials(mark))
            .flatMapToInt(IntStream::of)
            .toArray();
    Options left = left(ending);
    return listener -> model.submit(ids, parser, ThoughtStart.OVER, left, listener);
  }

  private Options left(TextEnding ending) {
    Integer tokensBefore = options.maxTokens();
    Duration before = options.patience();
    Duration taken = ending.timing().toFirst().plus(ending.timing().generating());
    return options
        .withMaxTokens(
            tokensBefore == null
                ? null
                : Integer.valueOf(Math.max(1, tokensBefore - ending.usage().answerTokens())))
        .withPatience(before == null ? null : before.minus(taken));
  }

  /// The ending of the whole answer.
  ///
  /// @param last of its last part
  TextEnding total(TextEnding last) {
    TextEnding before = first;
    if (before == null) {
      return last;
    }
    TextEnding.Usage usage = before.usage();
    TextEnding.Timing timing = before.timing();
    return new TextEnding(
        last.finish(),
        last.stopString(),
        new TextEnding.Usage(
            usage.promptTokens(),
            usage.cachedTokens(),
            usage.answerTokens() + last.usage().answerTokens(),
            usage.reasoningTokens() + last.usage().reasoningTokens()),
        new TextEnding.Timing(
            timing.toFirst(),
            timing.generating().plus(last.timing().toFirst()).plus(last.timing().generating())));
  }
}
