package dev.minke.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.Set;

/// A model that tells its answers while they come. For any threads.
///
/// Asking returns at once; the handler is called on a virtual thread of the answer's own, so it may
/// wait, call tools and ask again. Whatever goes wrong, a request that is refused included, comes
/// to its `onError`. An answer that was cancelled by its handle calls it no more.
public final class MinkeStreamingChatModel implements StreamingChatModel {
  private final ChatSettings settings;

  private MinkeStreamingChatModel(ChatSettings settings) {
    this.settings = settings;
  }

  public static Builder builder() {
    return new Builder();
  }

  /// Builds one.
  public static final class Builder extends ChatModelBuilder<Builder> {
    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /// @throws IllegalArgumentException if there is no model, or it cannot think as it shall
    public MinkeStreamingChatModel build() {
      return new MinkeStreamingChatModel(settings());
    }
  }

  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    Thread _ =
        Thread.ofVirtual()
            .name("minke-answer")
            .start(new StreamedAnswer(settings, request, handler)::tell);
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return settings.parameters();
  }

  @Override
  public List<ChatModelListener> listeners() {
    return settings.listeners();
  }

  @Override
  public Set<Capability> supportedCapabilities() {
    return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
  }
}
