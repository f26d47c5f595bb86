package dev.minke.langchain4j;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.minke.Minke;
import dev.minke.Options;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What chat models are built with. A parameter holds for requests that have none of their own;
/// where neither has one, [#options] do, and at last what the model's makers advise. Mutable, of
/// one thread.
///
/// @param <B> the builder itself
public abstract sealed class ChatModelBuilder<B extends ChatModelBuilder<B>>
    permits MinkeChatModel.Builder, MinkeStreamingChatModel.Builder {
  private final DefaultChatRequestParameters.Builder<?> parameters =
      DefaultChatRequestParameters.builder();
  private @Nullable Minke model;
  private @Nullable String modelName;
  private Options options = Options.DEFAULT;
  private @Nullable Boolean thinks;
  private List<ChatModelListener> listeners = List.of();

  ChatModelBuilder() {}

  abstract B self();

  /// The model that answers. It has to be given, and stays the caller's to close.
  public B model(Minke value) {
    model = value;
    return self();
  }

  /// A name for it, in place of that of its file. Requests for another are refused.
  public B modelName(String value) {
    modelName = value;
    return self();
  }

  /// What LangChain4j has no words for: seed, least probability, patience, user, biases, other
  /// formats.
  public B options(Options value) {
    options = value;
    return self();
  }

  /// Whether it shall think, for models that can be told.
  public B think(boolean value) {
    thinks = value;
    return self();
  }

  /// Who hears of requests, responses and errors.
  public B listeners(List<ChatModelListener> value) {
    listeners = value;
    return self();
  }

  /// Several parameters at once; those that are null stay as they are.
  public B defaultRequestParameters(ChatRequestParameters value) {
    ChatReader.requireKnown(value);
    parameters.overrideWith(value);
    return self();
  }

  /// @param value 0 for the most probable token
  public B temperature(double value) {
    parameters.temperature(value);
    return self();
  }

  /// @param value above 0, at most 1
  public B topP(double value) {
    parameters.topP(value);
    return self();
  }

  /// @param value 0 for all
  public B topK(int value) {
    parameters.topK(value);
    return self();
  }

  public B frequencyPenalty(double value) {
    parameters.frequencyPenalty(value);
    return self();
  }

  public B presencePenalty(double value) {
    parameters.presencePenalty(value);
    return self();
  }

  public B maxOutputTokens(int value) {
    parameters.maxOutputTokens(value);
    return self();
  }

  public B stopSequences(List<String> value) {
    parameters.stopSequences(value);
    return self();
  }

  public B toolSpecifications(List<ToolSpecification> value) {
    parameters.toolSpecifications(value);
    return self();
  }

  public B toolChoice(ToolChoice value) {
    parameters.toolChoice(value);
    return self();
  }

  public B responseFormat(ResponseFormat value) {
    parameters.responseFormat(value);
    return self();
  }

  /// @throws IllegalArgumentException if there is no model, or it cannot think as it shall
  final ChatSettings settings() {
    if (model == null) {
      throw new IllegalArgumentException("model: expected an open Minke, found none");
    }
    String name = modelName == null ? ChatSettings.nameOf(model) : modelName;
    ChatRequestParameters all = parameters.modelName(name).build();
    return new ChatSettings(model, name, options, thinks, all, listeners);
  }
}
