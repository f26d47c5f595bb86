/// Minke as a model of LangChain4j: the model answers in the process of the program that asks it.
///
/// ```
/// try (Minke minke = Minke.open(Path.of("model.gguf"))) {
///   ChatModel model = MinkeChatModel.builder().model(minke).temperature(0.2).build();
///   Assistant assistant = AiServices.create(Assistant.class, model);
/// }
/// ```
///
/// | here | what |
/// |---|---|
/// | [dev.minke.langchain4j.MinkeChatModel] | whole answers |
/// | [dev.minke.langchain4j.MinkeStreamingChatModel] | answers while they come |
/// | [dev.minke.langchain4j.MinkeEmbeddingModel] | texts to vectors |
/// | [dev.minke.langchain4j.ChatModelBuilder] | what the first two are built with |
///
/// Unusual: everything in a request is honoured or refused by name, nothing is dropped in silence;
/// JSON of a schema and calls of tools are held while tokens are drawn. Errors are LangChain4j's:
/// `InvalidRequestException` and `UnsupportedFeatureException` for what cannot be asked,
/// `RateLimitException` if too many wait, `TimeoutException` if the patience is over. An open
/// [dev.minke.Minke] belongs to the caller; any number of these models may share it. Start reading
/// at `ChatReader`.
@NullMarked
package dev.minke.langchain4j;

import org.jspecify.annotations.NullMarked;
