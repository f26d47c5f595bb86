package dev.minke.server.answer;

import dev.minke.Reply;
import dev.minke.inference.Generation;
import dev.minke.inference.text.TextEnding;
import dev.minke.inference.text.TextListener;
import dev.minke.server.answer.Hearing.Heard;
import dev.minke.server.wire.ApiException;
import dev.minke.tokenizer.chat.Answer;
import dev.minke.tokenizer.chat.AnswerEvent;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The answer to a request of a protocol that has one for each: told while it comes, or as a whole.
/// Closing it cancels what has not ended. Belongs to the thread of its request.
public final class OneAnswer implements AutoCloseable {
  private final Hearing hearing = new Hearing();
  private final Delivery delivery;
  private final Activity activity;
  private final String model;
  private final @Nullable ThoughtBudget budget;
  private final int mostCalls;

  /// @param model its name
  /// @param start submits it for a listener
  /// @param mostCalls tool calls after which it ends
  public OneAnswer(
      Delivery delivery,
      Activity activity,
      String model,
      Function<TextListener, Generation> start,
      int mostCalls) {
    this(delivery, activity, model, start, null, mostCalls);
  }

  /// @param model its name
  /// @param budget of its thought, which begins it
  /// @param mostCalls tool calls after which it ends
  public OneAnswer(
      Delivery delivery, Activity activity, String model, ThoughtBudget budget, int mostCalls) {
    this(delivery, activity, model, budget::start, budget, mostCalls);
  }

  private OneAnswer(
      Delivery delivery,
      Activity activity,
      String model,
      Function<TextListener, Generation> start,
      @Nullable ThoughtBudget budget,
      int mostCalls) {
    this.delivery = delivery;
    this.activity = activity;
    this.model = model;
    this.budget = budget;
    this.mostCalls = mostCalls;
    add(start);
  }

  private void add(Function<TextListener, Generation> start) {
    hearing.add(listener -> activity.begin(model, listener, start));
  }

  /// Tells it while it comes.
  ///
  /// @param writer is closed
  public void stream(AnswerWriter writer) {
    try (writer) {
      delivery.tell(new Told(writer), hearing);
    } catch (IOException | UncheckedIOException e) {
      throw Delivery.gone(e);
    }
  }

  /// Tells it when it is complete.
  ///
  /// @param words of the protocol
  /// @throws ApiException if it failed before anything was sent
  public void whole(ServerResponse response, Function<Reply, ObjectNode> words) {
    delivery.whole(new Whole(words), hearing, response);
  }

  /// While it comes.
  private final class Told implements Delivery.Telling {
    private final AnswerWriter writer;

    Told(AnswerWriter writer) {
      this.writer = writer;
    }

    @Override
    public void begin() throws IOException {
      writer.begin();
    }

    @Override
    public void tell(Heard heard) throws IOException {
      switch (heard) {
        case Heard.Drew drew -> drew(drew);
        case Heard.Said said -> {
          for (AnswerEvent event : wanted(said)) {
            writer.say(event);
          }
        }
        case Heard.Ended ended -> {
          TextEnding ending = ending(ended);
          if (ending != null) {
            writer.end(ending);
          }
        }
        case Heard.Failed failed -> throw failure(failed);
      }
    }

    @Override
    public void keepAlive() throws IOException {
      writer.keepAlive();
    }

    @Override
    public void end() {}

    @Override
    public void fail(ApiException error) throws IOException {
      writer.fail(error);
    }
  }

  /// As a whole.
  private final class Whole implements Delivery.Answers {
    private final Function<Reply, ObjectNode> words;
    private final List<AnswerEvent> events = new ArrayList<>();
    private @Nullable TextEnding ending;

    Whole(Function<Reply, ObjectNode> words) {
      this.words = words;
    }

    @Override
    public List<ObjectNode> accept(Heard heard, Hearing from) {
      switch (heard) {
        case Heard.Drew drew -> drew(drew);
        case Heard.Said said -> events.addAll(wanted(said));
        case Heard.Ended ended -> ending = ending(ended);
        case Heard.Failed failed -> throw failure(failed);
      }
      return List.of();
    }

    @Override
    public List<ObjectNode> last() {
      return List.of();
    }

    @Override
    public ObjectNode whole() {
      TextEnding how = Objects.requireNonNull(ending, "the answer has not ended");
      return words.apply(new Reply(Answer.of(events), how, List.of()));
    }
  }

  private void drew(Heard.Drew drew) {
    if (budget != null && budget.drew(drew.token())) {
      hearing.cancel(drew.index());
    }
  }

  /// How it ended; null if it goes on.
  private @Nullable TextEnding ending(Heard.Ended ended) {
    if (budget == null) {
      return ended.ending();
    }
    Function<TextListener, Generation> rest = budget.rest(ended.ending());
    if (rest == null) {
      return budget.total(ended.ending());
    }
    add(rest);
    return null;
  }

  /// What comes before a call too many; that ends the answer.
  private List<AnswerEvent> wanted(Heard.Said said) {
    List<AnswerEvent> events = said.events();
    if (budget != null) {
      budget.said(events);
    }
    for (int i = 0; i < events.size(); i++) {
      if (numberOfCall(events.get(i)) >= mostCalls) {
        hearing.cancel(said.index());
        return events.subList(0, i);
      }
    }
    return events;
  }

  private static int numberOfCall(AnswerEvent event) {
    return switch (event) {
      case AnswerEvent.CallBegun(int index, String _) -> index;
      case AnswerEvent.CallArguments(int index, String _) -> index;
      case AnswerEvent.CallEnded(int index) -> index;
      case AnswerEvent.Reasoning _, AnswerEvent.Content _ -> -1;
    };
  }

  private static ApiException failure(Heard.Failed failed) {
    return ApiException.failed("the answer failed: " + failed.cause().getMessage());
  }

  @Override
  public void close() {
    hearing.close();
  }
}
