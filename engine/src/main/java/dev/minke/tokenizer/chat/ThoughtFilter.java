package dev.minke.tokenizer.chat;

import java.util.function.Consumer;

/// Separates the thought at the beginning of an answer from what follows it. Mutable; for one
/// answer.
final class ThoughtFilter {
  private enum State {
    /// Nothing but whitespace and perhaps a part of `<think>`.
    BEGIN,
    INSIDE,
    /// Whitespace between the thought and the answer proper.
    BEHIND,
    OVER
  }

  private final CallFilter next;
  private final TrailingSpace thought;
  private final StringBuilder held = new StringBuilder();
  private State state;
  private boolean thoughtBegun;

  ThoughtFilter(ThoughtStart start, Consumer<AnswerEvent> events, CallFilter next) {
    this.next = next;
    thought = new TrailingSpace(text -> events.accept(new AnswerEvent.Reasoning(text)));
    state =
        switch (start) {
          case OPEN -> State.INSIDE;
          case POSSIBLE -> State.BEGIN;
          case OVER -> State.OVER;
        };
  }

  void accept(String piece) {
    held.append(piece);
    State before;
    do {
      before = state;
      advance();
    } while (state != before);
  }

  private void advance() {
    switch (state) {
      case BEGIN -> begin();
      case INSIDE -> inside();
      case BEHIND -> {
        held.delete(0, Pieces.space(held, 0));
        if (!held.isEmpty()) {
          state = State.OVER;
        }
      }
      case OVER -> next.accept(Pieces.take(held, held.length()));
    }
  }

  private void begin() {
    int space = Pieces.space(held, 0);
    String rest = held.substring(space);
    if (rest.startsWith(Markers.THOUGHT_BEGIN)) {
      held.delete(0, space + Markers.THOUGHT_BEGIN.length());
      state = State.INSIDE;
    } else if (!Markers.THOUGHT_BEGIN.startsWith(rest)) {
      state = State.OVER;
    }
  }

  private void inside() {
    int end = held.indexOf(Markers.THOUGHT_END);
    if (end < 0) {
      think(held.length() - Pieces.begun(held, Markers.THOUGHT_END));
      return;
    }
    think(end);
    thought.drop();
    held.delete(0, Markers.THOUGHT_END.length());
    state = State.BEHIND;
  }

  private void think(int length) {
    String text = Pieces.take(held, length);
    int from = thoughtBegun ? 0 : Pieces.space(text, 0);
    thoughtBegun |= from < text.length();
    thought.accept(text.substring(from));
  }

  void finish() {
    switch (state) {
      case BEGIN, OVER -> next.accept(Pieces.take(held, held.length()));
      case INSIDE -> {
        think(held.length());
        thought.drop();
      }
      case BEHIND -> {}
    }
    next.finish();
  }
}
