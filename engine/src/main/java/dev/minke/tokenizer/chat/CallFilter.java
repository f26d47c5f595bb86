package dev.minke.tokenizer.chat;

import java.util.List;
import java.util.function.Consumer;

/// Separates tool calls from content. Mutable; for one answer.
final class CallFilter {
  private enum State {
    /// At the beginning, or behind a call: nothing but whitespace so far.
    FRESH,
    TEXT,
    /// What is held begins with a marker, or with what a call may begin with.
    CALL
  }

  private final CallReader reader;
  private final Consumer<AnswerEvent> events;
  private final TrailingSpace content;
  private final StringBuilder held = new StringBuilder();
  private State state = State.FRESH;
  private int calls;

  CallFilter(CallReader reader, Consumer<AnswerEvent> events) {
    this.reader = reader;
    this.events = events;
    content = new TrailingSpace(text -> events.accept(new AnswerEvent.Content(text)));
  }

  void accept(String piece) {
    held.append(piece);
    advance(false);
  }

  void finish() {
    advance(true);
    content.accept(Pieces.take(held, held.length()));
    if (state == State.FRESH && calls > 0) {
      content.drop();
    }
    content.finish();
  }

  private void advance(boolean ended) {
    boolean moved = true;
    while (moved && !held.isEmpty()) {
      moved =
          switch (state) {
            case FRESH -> fresh();
            case TEXT -> text();
            case CALL -> call(ended);
          };
    }
  }

  /// @return whether there is more to do with what is held
  private boolean fresh() {
    content.accept(Pieces.take(held, Pieces.space(held, 0)));
    if (held.isEmpty()) {
      return false;
    }
    if (calls > 0) {
      for (String closer : reader.closers()) {
        if (Pieces.stands(held, 0, closer)) {
          held.delete(0, closer.length());
          content.drop();
          return true;
        }
        if (Pieces.mayBegin(held, 0, closer)) {
          return false;
        }
      }
    }
    for (String opener : reader.freshOpeners()) {
      if (Pieces.stands(held, 0, opener)) {
        begin();
        return true;
      }
      if (Pieces.mayBegin(held, 0, opener)) {
        return false;
      }
    }
    state = State.TEXT;
    return true;
  }

  private void begin() {
    state = State.CALL;
    reader.begin();
  }

  private boolean text() {
    int first = held.length();
    int kept = 0;
    List<String> openers = reader.openers();
    for (String opener : openers) {
      int at = held.indexOf(opener);
      first = at >= 0 ? Math.min(first, at) : first;
      kept = Math.max(kept, Pieces.begun(held, opener));
    }
    boolean found = first < held.length();
    content.accept(Pieces.take(held, found ? first : held.length() - kept));
    if (found) {
      begin();
    }
    return found;
  }

  private boolean call(boolean ended) {
    return switch (reader.read(held, ended)) {
      case CallReader.Reading.More _ -> false;
      case CallReader.Reading.NoCall(int length) -> {
        content.accept(Pieces.take(held, length));
        state = State.TEXT;
        yield true;
      }
      case CallReader.Reading.Call(ToolCall call, int length) -> {
        held.delete(0, length);
        content.drop();
        events.accept(new AnswerEvent.CallBegun(calls, call.name()));
        events.accept(new AnswerEvent.CallArguments(calls, call.arguments()));
        events.accept(new AnswerEvent.CallEnded(calls));
        calls++;
        state = State.FRESH;
        yield true;
      }
    };
  }
}
