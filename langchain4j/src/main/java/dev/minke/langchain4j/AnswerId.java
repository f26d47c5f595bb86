package dev.minke.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.minke.Reply;
import dev.minke.inference.text.TextEnding;
import dev.minke.tokenizer.chat.ToolCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Names an answer, and makes a response of it: its calls have ids that are the same while it comes
/// and when it is complete.
///
/// @param value that no other answer has
record AnswerId(String value) {
  static AnswerId fresh() {
    return new AnswerId("minke-" + UUID.randomUUID());
  }

  /// One of its calls.
  ///
  /// @param index in the answer, from 0
  ToolExecutionRequest call(int index, ToolCall call) {
    return ToolExecutionRequest.builder()
        .id("%s-call-%d".formatted(value, index))
        .name(call.name())
        .arguments(call.arguments())
        .build();
  }

  /// The whole of it.
  ///
  /// @throws LangChain4jException if the model was closed, or the time was over, before it was
  ///   complete
  ChatResponse response(ChatSettings settings, Reply reply) {
    List<ToolExecutionRequest> calls = new ArrayList<>();
    for (ToolCall call : reply.toolCalls()) {
      calls.add(call(calls.size(), call));
    }
    boolean onlyCalls = reply.text().isEmpty() && !calls.isEmpty();
    AiMessage message =
        AiMessage.builder()
            .text(onlyCalls ? null : reply.text())
            .thinking(reply.reasoning().isEmpty() ? null : reply.reasoning())
            .toolExecutionRequests(calls)
            .build();
    TextEnding.Usage usage = reply.ending().usage();
    return ChatResponse.builder()
        .aiMessage(message)
        .id(value)
        .modelName(settings.modelName())
        .tokenUsage(new TokenUsage(usage.promptTokens(), usage.answerTokens()))
        .finishReason(reason(reply, settings.options().patience()))
        .build();
  }

  private static FinishReason reason(Reply reply, @Nullable Duration patience) {
    return switch (reply.ending().finish()) {
      case END -> reply.toolCalls().isEmpty() ? FinishReason.STOP : FinishReason.TOOL_EXECUTION;
      case STOP_STRING -> FinishReason.STOP;
      case LENGTH -> FinishReason.LENGTH;
      case DEADLINE ->
          throw new TimeoutException("answer: it was not complete after %s".formatted(patience));
      case CANCELLED ->
          throw new LangChain4jException("answer: the model was closed before it was complete");
    };
  }
}
