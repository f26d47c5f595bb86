package dev.minke.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.minke.Chat;
import dev.minke.Format;
import dev.minke.Options;
import dev.minke.inference.LogitRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request of LangChain4j as a conversation to be answered.
final class ChatReader {
  private ChatReader() {}

  /// @throws dev.langchain4j.exception.LangChain4jException if something in it cannot be honoured;
  ///   says its name
  /// @throws IllegalArgumentException if a number is out of its range
  static Chat read(ChatRequest request, ChatSettings settings) {
    ChatRequestParameters parameters = request.parameters();
    requireKnown(parameters);
    ChatSettings.requireName(settings.modelName(), parameters.modelName());
    OfferedTools tools =
        OfferedTools.of(parameters.toolSpecifications(), parameters.toolChoice(), settings.model());
    Chat chat =
        formatted(
            Chat.of(MessageReader.read(request.messages()))
                .withOptions(options(settings.options(), parameters)),
            parameters.responseFormat());
    Boolean thinks = settings.thinks();
    return (thinks == null ? chat : chat.withThinking(thinks))
        .withTools(tools.told())
        .withOptions(chat.options().withFormat(tools.format(chat.options().format())));
  }

  /// Refuses parameters of another model's adapter: what only that one knows would be lost.
  static void requireKnown(ChatRequestParameters parameters) {
    if (parameters.getClass() != DefaultChatRequestParameters.class) {
      throw new UnsupportedFeatureException(
          "parameters: expected those of ChatRequestParameters.builder(), found %s"
              .formatted(parameters.getClass().getSimpleName()));
    }
  }

  private static Options options(Options base, ChatRequestParameters parameters) {
    List<String> stops = parameters.stopSequences();
    return base.withTemperature(or(parameters.temperature(), base.temperature()))
        .withTopP(or(parameters.topP(), base.topP()))
        .withTopK(or(parameters.topK(), base.topK()))
        .withMaxTokens(or(parameters.maxOutputTokens(), base.maxTokens()))
        .withStops(stops.isEmpty() ? base.stops() : stops)
        .withRules(rules(base.rules(), parameters));
  }

  private static <T> @Nullable T or(@Nullable T asked, @Nullable T otherwise) {
    return asked == null ? otherwise : asked;
  }

  private static LogitRules rules(LogitRules base, ChatRequestParameters parameters) {
    Double frequency = parameters.frequencyPenalty();
    Double presence = parameters.presencePenalty();
    return new LogitRules(
        base.repetitionPenalty(),
        base.window(),
        frequency == null ? base.frequencyPenalty() : frequency,
        presence == null ? base.presencePenalty() : presence,
        base.bias());
  }

  private static Chat formatted(Chat chat, @Nullable ResponseFormat asked) {
    if (asked == null) {
      return chat;
    }
    JsonSchema schema = asked.jsonSchema();
    if (schema != null) {
      return chat.answeredBy(Schemas.of(schema.rootElement()));
    }
    boolean json = asked.type() == ResponseFormatType.JSON;
    return chat.withOptions(
        chat.options().withFormat(json ? new Format.JsonObject() : new Format.Text()));
  }
}
