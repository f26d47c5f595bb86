/// Ollama's protocol.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.ollama.OllamaService] | the paths |
/// | [dev.minke.server.ollama.ChatReader], [dev.minke.server.ollama.GenerateReader] | requests, read and checked |
/// | [dev.minke.server.ollama.OptionsReader] | how an answer is drawn, and what is refused of a runner |
/// | [dev.minke.server.ollama.AnswerLines], [dev.minke.server.ollama.AnswerObjects] | an answer, as lines or as one object |
/// | [dev.minke.server.ollama.Embedding] | texts to vectors |
/// | [dev.minke.server.ollama.ModelFacts] | what is told of models |
///
/// Unusual: `num_ctx` and `keep_alive` say what a caller needs at least, and are refused where the
/// server gives less; a conversation that is too long is refused, nothing of it is dropped. Start
/// reading at [dev.minke.server.ollama.ChatReader#read].
@NullMarked
package dev.minke.server.ollama;

import org.jspecify.annotations.NullMarked;
