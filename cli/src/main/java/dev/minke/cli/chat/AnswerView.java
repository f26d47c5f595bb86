package dev.minke.cli.chat;

import dev.minke.cli.console.Meter;
import dev.minke.tokenizer.chat.AnswerEvent;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/// An answer as it comes: thoughts dim, what is said as it is, calls marked. Mutable, of one
/// answer.
public final class AnswerView implements Hearer, AutoCloseable {
  private static final String THINKING = "thinking …";

  private enum Part {
    NOTHING,
    THOUGHT,
    CONTENT,
    CALL
  }

  /// Where an answer appears.
  ///
  /// @param out what is said
  /// @param aside thoughts and remarks
  /// @param isTerminal whether a terminal shows what is said: what a model writes must not steer it
  /// @param hidesThoughts whether thoughts are left out
  /// @param look of what stands aside
  public record Place(
      PrintWriter out, PrintWriter aside, boolean isTerminal, boolean hidesThoughts, Look look) {}

  private final Place place;
  private @Nullable Meter meter;
  private Part part = Part.NOTHING;
  private boolean hasContent;
  private boolean atLineStart = true;

  public AnswerView(Place place) {
    this.place = place;
  }

  @Override
  public boolean isGone() {
    return place.out.checkError();
  }

  @Override
  public void reads(int done, int all) {
    if (meter == null) {
      meter = Meter.on(place.aside, "reading");
    }
    Meter shown = meter;
    if (done < all) {
      shown.show(() -> "prompt, " + shown.share(done, all));
    } else {
      shown.close();
    }
  }

  @Override
  public void says(AnswerEvent event) {
    switch (event) {
      case AnswerEvent.Reasoning(String text) -> think(text);
      case AnswerEvent.Content(String text) -> {
        String begun = hasContent ? text : text.stripLeading();
        if (!begun.isEmpty()) {
          hasContent = true;
          enter(Part.CONTENT);
          out(begun);
        }
      }
      case AnswerEvent.CallBegun(int _, String name) -> {
        enter(Part.CALL);
        out((atLineStart ? "" : "\n") + "tool call  " + name + " ");
      }
      case AnswerEvent.CallArguments(int _, String text) -> out(text);
      case AnswerEvent.CallEnded _ -> out("\n");
    }
    place.out.flush();
  }

  private void think(String text) {
    boolean begins = part != Part.THOUGHT;
    enter(Part.THOUGHT);
    if (!place.hidesThoughts) {
      place.aside.print(Look.shown(text));
    } else if (begins && place.look.isAnsi()) {
      place.aside.print(THINKING);
    }
    place.aside.flush();
  }

  private void enter(Part next) {
    if (next == part) {
      return;
    }
    if (part == Part.THOUGHT) {
      leaveThought();
    }
    if (next == Part.THOUGHT) {
      place.aside.print(place.look.beginDim());
    }
    part = next;
  }

  private void leaveThought() {
    place.aside.print(place.look.endDim());
    if (!place.hidesThoughts) {
      place.aside.print("\n\n");
    } else if (place.look.isAnsi()) {
      place.aside.print(place.look.eraseLine());
    }
    place.aside.flush();
  }

  private void out(String text) {
    place.out.print(place.isTerminal ? Look.shown(text) : text);
    if (!text.isEmpty()) {
      atLineStart = text.endsWith("\n");
    }
  }

  @Override
  public void ended() {
    if (part == Part.THOUGHT) {
      leaveThought();
    }
    if (part != Part.NOTHING && !atLineStart) {
      place.out.println();
    }
    place.out.flush();
  }

  /// Takes away what shows how far the reading is.
  @Override
  public void close() {
    if (meter != null) {
      meter.close();
    }
  }
}
