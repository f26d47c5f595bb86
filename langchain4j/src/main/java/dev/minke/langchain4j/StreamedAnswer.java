package dev.minke.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.minke.ReplyStream;
import dev.minke.tokenizer.chat.AnswerEvent;
import dev.minke.tokenizer.chat.ToolCall;
import org.jspecify.annotations.Nullable;

/// An answer, told to a handler while it comes. Of one thread, but for its handle.
final class StreamedAnswer implements StreamingHandle {
  private final ChatSettings settings;
  private final ChatRequest request;
  private final StreamingChatResponseHandler handler;
  private final AnswerId id = AnswerId.fresh();

  /// Of the call that is being told.
  private String tool = "";

  private final StringBuilder arguments = new StringBuilder();
  private volatile @Nullable ReplyStream stream;
  private volatile boolean cancelled;

  StreamedAnswer(ChatSettings settings, ChatRequest request, StreamingChatResponseHandler handler) {
    this.settings = settings;
    this.request = request;
    this.handler = handler;
  }

  /// Tells all of it. A handler that throws ends its answer and hears of that as of any error.
  void tell() {
    try (ReplyStream answer = settings.model().stream(ChatReader.read(request, settings))) {
      stream = answer;
      for (AnswerEvent event : answer) {
        if (cancelled) {
          return;
        }
        tell(event);
      }
      if (!cancelled) {
        handler.onCompleteResponse(id.response(settings, answer.reply()));
      }
    } catch (RuntimeException e) {
      fail(Failures.of(e));
    }
  }

  private void tell(AnswerEvent event) {
    switch (event) {
      case AnswerEvent.Reasoning(String text) ->
          handler.onPartialThinking(new PartialThinking(text), new PartialThinkingContext(this));
      case AnswerEvent.Content(String text) ->
          handler.onPartialResponse(new PartialResponse(text), new PartialResponseContext(this));
      case AnswerEvent.CallBegun(int _, String called) -> {
        tool = called;
        arguments.setLength(0);
      }
      case AnswerEvent.CallArguments(int _, String text) -> arguments.append(text);
      case AnswerEvent.CallEnded(int index) ->
          // Calls come whole, so there is nothing partial to tell of them.
          handler.onCompleteToolCall(
              new CompleteToolCall(
                  index, id.call(index, new ToolCall(tool, arguments.toString()))));
    }
  }

  private void fail(RuntimeException error) {
    if (cancelled) {
      return;
    }
    try {
      handler.onError(error);
    } catch (RuntimeException e) {
      System.getLogger(StreamedAnswer.class.getName())
          .log(System.Logger.Level.ERROR, "a handler failed at an error of its answer", e);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    ReplyStream answer = stream;
    if (answer != null) {
      answer.cancel();
    }
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }
}
