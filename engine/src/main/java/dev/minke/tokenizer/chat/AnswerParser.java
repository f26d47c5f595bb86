package dev.minke.tokenizer.chat;

import java.util.ArrayList;
import java.util.List;

/// Takes an answer apart while it comes: thoughts, content, tool calls. Fed with the pieces that a
/// [dev.minke.tokenizer.Decoder] gives, without the token that ends the answer.
///
/// A thought is recognised where an answer begins, or where the prompt has opened one, and nowhere
/// else; the whitespace at its edges belongs to the markers. A tool call takes the whitespace
/// before it along. Whatever is no well-formed call is content, marker and all. The events,
/// neighbours of a kind joined, are the same for any pieces. Mutable; for one answer.
public final class AnswerParser {
  private final List<AnswerEvent> events = new ArrayList<>();
  private final ThoughtFilter thoughts;
  private final CallFilter calls;

  /// @param thought whether the answer begins inside a thought; only with a style that marks them
  public AnswerParser(AnswerStyle style, ThoughtStart thought) {
    calls = new CallFilter(CallReader.of(style.calls()), events::add);
    thoughts =
        new ThoughtFilter(style.thoughts() ? thought : ThoughtStart.OVER, events::add, calls);
  }

  /// A whole answer.
  public static Answer parse(AnswerStyle style, ThoughtStart thought, String text) {
    AnswerParser parser = new AnswerParser(style, thought);
    List<AnswerEvent> events = new ArrayList<>(parser.accept(text));
    events.addAll(parser.finish());
    return Answer.of(events);
  }

  /// Takes the next piece of text.
  ///
  /// @return what is certain now; often nothing, inside a marker or a call
  public List<AnswerEvent> accept(String piece) {
    thoughts.accept(piece);
    return taken();
  }

  /// Ends the answer.
  ///
  /// @return what was held back: a call that was never completed comes out as content
  public List<AnswerEvent> finish() {
    thoughts.finish();
    return taken();
  }

  private List<AnswerEvent> taken() {
    List<AnswerEvent> taken = List.copyOf(events);
    events.clear();
    return taken;
  }
}
