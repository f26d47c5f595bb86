package dev.minke.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.TokenUsage;
import dev.minke.Minke;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Texts to vectors of length 1: the mean of their tokens' hidden states. For any threads.
public final class MinkeEmbeddingModel implements EmbeddingModel {
  private final Minke model;
  private final String modelName;
  private final String user;
  private final List<EmbeddingModelListener> listeners;

  private MinkeEmbeddingModel(
      Minke model, String modelName, String user, List<EmbeddingModelListener> listeners) {
    this.model = model;
    this.modelName = modelName;
    this.user = user;
    this.listeners = List.copyOf(listeners);
  }

  public static Builder builder() {
    return new Builder();
  }

  /// Builds one. Mutable, of one thread.
  public static final class Builder {
    private @Nullable Minke model;
    private @Nullable String modelName;
    private String user = "";
    private List<EmbeddingModelListener> listeners = List.of();

    private Builder() {}

    /// The model that reads the texts. It has to be given, and stays the caller's to close.
    public Builder model(Minke value) {
      model = value;
      return this;
    }

    /// A name for it, in place of that of its file. Requests for another are refused.
    public Builder modelName(String value) {
      modelName = value;
      return this;
    }

    /// On whose account: users take turns.
    public Builder user(String value) {
      user = value;
      return this;
    }

    /// Who hears of requests, responses and errors.
    public Builder listeners(List<EmbeddingModelListener> value) {
      listeners = value;
      return this;
    }

    /// @throws IllegalArgumentException if there is no model
    public MinkeEmbeddingModel build() {
      if (model == null) {
        throw new IllegalArgumentException("model: expected an open Minke, found none");
      }
      String name = modelName == null ? ChatSettings.nameOf(model) : modelName;
      return new MinkeEmbeddingModel(model, name, user, listeners);
    }
  }

  @Override
  public EmbeddingResponse doEmbed(EmbeddingRequest request) {
    try {
      ChatSettings.requireName(modelName, request.modelName());
      List<int[]> texts =
          request.inputs().stream().map(EmbeddingInput::text).map(model::idsOf).toList();
      List<Embedding> embeddings = model.embed(texts, user).stream().map(Embedding::from).toList();
      return EmbeddingResponse.builder()
          .embeddings(embeddings)
          .modelName(modelName)
          .tokenUsage(new TokenUsage(texts.stream().mapToInt(ids -> ids.length).sum()))
          .build();
    } catch (RuntimeException e) {
      throw Failures.of(e);
    }
  }

  @Override
  public Set<EmbeddingParameter<?>> supportedParameters() {
    return Set.of(EmbeddingRequestParameters.MODEL_NAME);
  }

  @Override
  public List<EmbeddingModelListener> listeners() {
    return listeners;
  }

  @Override
  public String modelName() {
    return modelName;
  }
}
