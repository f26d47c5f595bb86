package dev.minke.inference.text;

import dev.minke.inference.Ending;
import dev.minke.inference.LogProbs;
import dev.minke.inference.Stop;
import dev.minke.inference.TokenListener;
import dev.minke.tokenizer.Decoder;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.AnswerEvent;
import dev.minke.tokenizer.chat.AnswerParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tokens to text, text to events: ends at stop strings, and takes thoughts and tool calls apart.
/// For one answer.
public final class TextStream implements TokenListener {
  /// Tokens of the prompt that the decoder sees: enough for a character that they leave unfinished.
  private static final int EDGE = 16;

  private final Decoder decoder;
  private final StopScanner stops;
  private final AnswerParser parser;
  private final TextListener listener;
  private final long beginNanos = System.nanoTime();
  private long firstNanos = beginNanos;
  private long lastNanos = beginNanos;
  private int drawn;
  private int reasoning;
  private Phase phase = Phase.UNKNOWN;

  /// What the answer is at.
  private enum Phase {
    UNKNOWN,
    REASONING,
    ANSWER
  }

  /// @param prompt what the answer follows
  /// @param stops strings that end it, none empty
  public TextStream(
      Tokenizer tokenizer,
      int[] prompt,
      List<String> stops,
      AnswerParser parser,
      TextListener listener) {
    decoder = tokenizer.decoder();
    for (int i = Math.max(0, prompt.length - EDGE); i < prompt.length; i++) {
      String _ = decoder.accept(prompt[i]);
    }
    this.stops = new StopScanner(stops);
    this.parser = parser;
    this.listener = listener;
  }

  @Override
  public void reads(int done, int all) {
    listener.reads(done, all);
  }

  @Override
  public boolean writes(int id, @Nullable LogProbs logProbs) {
    lastNanos = System.nanoTime();
    if (drawn++ == 0) {
      firstNanos = lastNanos;
    }
    if (logProbs != null) {
      listener.drew(new DrawnToken(id, logProbs));
    }
    boolean goesOn = says(parser.accept(stops.accept(decoder.accept(id))));
    if (phase == Phase.REASONING) {
      reasoning++;
    }
    return goesOn && stops.found() == null;
  }

  /// @return whether the listener wants more
  private boolean says(List<AnswerEvent> events) {
    for (AnswerEvent event : events) {
      phase = event instanceof AnswerEvent.Reasoning ? Phase.REASONING : Phase.ANSWER;
    }
    return events.isEmpty() || listener.says(events);
  }

  @Override
  public void ended(Ending ending) {
    List<AnswerEvent> rest = new ArrayList<>();
    if (stops.found() == null) {
      rest.addAll(parser.accept(stops.accept(decoder.finish()) + stops.finish()));
    }
    rest.addAll(parser.finish());
    boolean _ = says(rest);
    TextEnding.Usage usage =
        new TextEnding.Usage(ending.prompt(), ending.cached(), ending.generated(), reasoning);
    TextEnding.Timing timing =
        new TextEnding.Timing(
            Duration.ofNanos(firstNanos - beginNanos), Duration.ofNanos(lastNanos - firstNanos));
    listener.ended(new TextEnding(finish(ending.stop()), stops.found(), usage, timing));
  }

  private Finish finish(Stop stop) {
    if (stops.found() != null) {
      return Finish.STOP_STRING;
    }
    return switch (stop) {
      case END_OF_TEXT -> Finish.END;
      case LENGTH -> Finish.LENGTH;
      case CANCELLED -> Finish.CANCELLED;
      case DEADLINE -> Finish.DEADLINE;
    };
  }

  @Override
  public void failed(Throwable cause) {
    listener.failed(cause);
  }
}
