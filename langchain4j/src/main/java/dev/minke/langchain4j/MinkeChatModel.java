package dev.minke.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.minke.Reply;
import java.util.List;
import java.util.Set;

/// A model that answers as a whole. For any threads.
public final class MinkeChatModel implements ChatModel {
  private final ChatSettings settings;

  private MinkeChatModel(ChatSettings settings) {
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
    public MinkeChatModel build() {
      return new MinkeChatModel(settings());
    }
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    try {
      Reply reply = settings.model().answer(ChatReader.read(request, settings));
      return AnswerId.fresh().response(settings, reply);
    } catch (RuntimeException e) {
      throw Failures.of(e);
    }
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
