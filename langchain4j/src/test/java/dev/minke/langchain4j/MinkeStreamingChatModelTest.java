package dev.minke.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.minke.Minke;
import dev.minke.OpenOptions;
import dev.minke.server.ScriptedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a model whose answers are known tells of them while they come.
class MinkeStreamingChatModelTest {
  private static final OpenOptions SMALL = OpenOptions.DEFAULT.withCacheMemory(64L << 20);

  @TempDir private static Path directory;

  private static Minke minke;

  @BeforeAll
  static void open() throws IOException {
    minke = Minke.open(ScriptedModel.write(directory.resolve("scripted")), SMALL);
  }

  @AfterAll
  static void close() {
    minke.close();
  }

  /// Keeps what it is told. Its end is the response, or the error.
  private static class Hearer implements StreamingChatResponseHandler {
    final List<String> texts = new CopyOnWriteArrayList<>();
    final List<String> thoughts = new CopyOnWriteArrayList<>();
    final List<CompleteToolCall> calls = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

    @Override
    public void onPartialResponse(String text) {
      texts.add(text);
    }

    @Override
    public void onPartialThinking(PartialThinking thought) {
      thoughts.add(thought.text());
    }

    @Override
    public void onCompleteToolCall(CompleteToolCall call) {
      calls.add(call);
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
      end.complete(response);
    }

    @Override
    public void onError(Throwable error) {
      errors.add(error);
      end.completeExceptionally(error);
    }

    ChatResponse response() throws Exception {
      return end.get(30, TimeUnit.SECONDS);
    }

    Throwable error() throws Exception {
      return end.handle((_, error) -> error).get(30, TimeUnit.SECONDS);
    }
  }

  private static StreamingChatModel model(boolean thinks) {
    return MinkeStreamingChatModel.builder().model(minke).think(thinks).build();
  }

  private static boolean isIdleSoon(Minke model) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (model.counts().active() + model.counts().waiting() > 0) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(10);
    }
    return true;
  }

  @Test
  void thoughtsAndTextsComeInPartsAndWholeAtTheEnd() throws Exception {
    Hearer hearer = new Hearer();
    model(true).chat("Why?", hearer);
    ChatResponse response = hearer.response();
    assertThat(String.join("", hearer.thoughts)).isEqualTo(ScriptedModel.THOUGHT);
    assertThat(String.join("", hearer.texts)).isEqualTo(ScriptedModel.ANSWER);
    assertThat(hearer.texts).hasSizeGreaterThan(1);
    assertThat(response.aiMessage().text()).isEqualTo(ScriptedModel.ANSWER);
    assertThat(response.aiMessage().thinking()).isEqualTo(ScriptedModel.THOUGHT);
    assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(response.tokenUsage().totalTokenCount()).isPositive();
    assertThat(hearer.errors).isEmpty();
  }

  private static ToolSpecification weather() {
    return ToolSpecification.builder().name(ScriptedModel.TOOL).build();
  }

  @Test
  void callsComeWholeUnderTheIdsOfTheResponse() throws Exception {
    Hearer hearer = new Hearer();
    model(false)
        .chat(
            ChatRequest.builder()
                .messages(UserMessage.from("How warm is it?"))
                .toolSpecifications(weather())
                .build(),
            hearer);
    ChatResponse response = hearer.response();
    assertThat(String.join("", hearer.texts)).isEqualTo(ScriptedModel.LOOK);
    assertThat(hearer.calls).extracting(CompleteToolCall::index).containsExactly(0, 1);
    assertThat(hearer.calls)
        .extracting(call -> call.toolExecutionRequest().arguments())
        .containsExactly(ScriptedModel.FIRST_ARGUMENTS, ScriptedModel.SECOND_ARGUMENTS);
    assertThat(hearer.calls)
        .extracting(CompleteToolCall::toolExecutionRequest)
        .isEqualTo(response.aiMessage().toolExecutionRequests());
    assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
  }

  interface Assistant {
    TokenStream chat(String message);
  }

  @Test
  void aServiceOfLangChain4jCallsItsToolsBetweenStreams() throws Exception {
    List<String> executed = new CopyOnWriteArrayList<>();
    ToolExecutor executor =
        (call, _) -> {
          executed.add(call.arguments());
          return "21";
        };
    Assistant assistant =
        AiServices.builder(Assistant.class)
            .streamingChatModel(model(false))
            .tools(Map.of(weather(), executor))
            .build();
    CompletableFuture<ChatResponse> end = new CompletableFuture<>();
    List<String> texts = new CopyOnWriteArrayList<>();
    assistant
        .chat("How warm is it?")
        .onPartialResponse(texts::add)
        .onCompleteResponse(end::complete)
        .onError(end::completeExceptionally)
        .start();
    assertThat(end.get(30, TimeUnit.SECONDS).aiMessage().text()).isEqualTo(ScriptedModel.WARM);
    assertThat(String.join("", texts)).isEqualTo(ScriptedModel.LOOK + ScriptedModel.WARM);
    assertThat(executed)
        .containsExactly(ScriptedModel.FIRST_ARGUMENTS, ScriptedModel.SECOND_ARGUMENTS);
  }

  @Test
  void aCancelledAnswerEndsAndSaysNoMore() throws Exception {
    CompletableFuture<StreamingHandle> cancelled = new CompletableFuture<>();
    Hearer hearer =
        new Hearer() {
          @Override
          public void onPartialResponse(PartialResponse text, PartialResponseContext context) {
            texts.add(text.text());
            if (texts.size() == 3) {
              context.streamingHandle().cancel();
              cancelled.complete(context.streamingHandle());
            }
          }
        };
    long before = minke.counts().generatedTokens();
    model(false).chat("Sing!", hearer);
    assertThat(cancelled.get(30, TimeUnit.SECONDS).isCancelled()).isTrue();
    assertThat(isIdleSoon(minke)).isTrue();
    // Longer than anything would take to come that is on its way.
    Thread.sleep(200);
    assertThat(hearer.texts).hasSize(3);
    assertThat(hearer.end).isNotDone();
    assertThat(minke.counts().generatedTokens() - before).isLessThan(60_000);
  }

  @Test
  void whatIsRefusedComesAsAnError() throws Exception {
    Hearer hearer = new Hearer();
    UserMessage image = UserMessage.from(ImageContent.from("https://example.org/cat.png"));
    model(false).chat(List.of(image), hearer);
    assertThat(hearer.error()).isInstanceOf(UnsupportedFeatureException.class);
    assertThat(hearer.errors).hasSize(1);
    Hearer other = new Hearer();
    model(false)
        .chat(
            ChatRequest.builder().messages(UserMessage.from("Why?")).modelName("other").build(),
            other);
    assertThat(other.error()).isInstanceOf(ModelNotFoundException.class);
  }

  @Test
  void aHandlerThatThrowsEndsItsAnswerAndHearsOfIt() throws Exception {
    Hearer hearer =
        new Hearer() {
          @Override
          public void onPartialResponse(String text) {
            super.onPartialResponse(text);
            throw new IllegalStateException("no paper");
          }
        };
    model(false).chat("Sing!", hearer);
    assertThat(hearer.error())
        .isInstanceOf(LangChain4jException.class)
        .hasMessageContaining("no paper");
    assertThat(isIdleSoon(minke)).isTrue();
    assertThat(hearer.texts).hasSize(1);
    assertThat(hearer.errors).hasSize(1);
  }

  @Test
  void aModelThatIsClosedEndsItsAnswers() throws Exception {
    Minke own = Minke.open(ScriptedModel.write(directory.resolve("own")), SMALL);
    CompletableFuture<String> begun = new CompletableFuture<>();
    Hearer hearer =
        new Hearer() {
          @Override
          public void onPartialResponse(String text) {
            begun.complete(text);
          }
        };
    MinkeStreamingChatModel.builder().model(own).build().chat("Sing!", hearer);
    begun.get(30, TimeUnit.SECONDS);
    own.close();
    assertThat(hearer.error())
        .isInstanceOf(LangChain4jException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void listenersHearTheEnd() throws Exception {
    List<String> heard = new ArrayList<>();
    ChatModelListener listener =
        new ChatModelListener() {
          @Override
          public void onResponse(ChatModelResponseContext context) {
            heard.add(context.chatResponse().aiMessage().text());
          }

          @Override
          public void onError(ChatModelErrorContext context) {
            heard.add(context.error().getClass().getSimpleName());
          }
        };
    StreamingChatModel model =
        MinkeStreamingChatModel.builder()
            .model(minke)
            .think(false)
            .listeners(List.of(listener))
            .build();
    Hearer hearer = new Hearer();
    model.chat("Why?", hearer);
    assertThat(hearer.response().aiMessage().text()).isEqualTo(ScriptedModel.ANSWER);
    Hearer refused = new Hearer();
    model.chat(List.of(UserMessage.from(ImageContent.from("https://example.org/a.png"))), refused);
    assertThat(refused.error()).isInstanceOf(UnsupportedFeatureException.class);
    assertThat(heard).containsExactly(ScriptedModel.ANSWER, "UnsupportedFeatureException");
  }
}
