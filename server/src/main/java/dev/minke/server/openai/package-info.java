/// OpenAI's protocol, with what DeepSeek and llama.cpp add to it.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.openai.OpenAiService] | the paths |
/// | [dev.minke.server.openai.ChatCall], [dev.minke.server.openai.CompletionCall] | a request, read and checked |
/// | [dev.minke.server.openai.MessageReader], [dev.minke.server.openai.PromptReader] | its messages, its prompts |
/// | [dev.minke.server.openai.SamplingReader], [dev.minke.server.openai.FormatReader] | how its answer is drawn, what form it has |
/// | [dev.minke.server.openai.ChatCompletions], [dev.minke.server.openai.TextCompletions] | its answers, as chunks or as a whole |
/// | [dev.minke.server.openai.ResponsesService] | `/v1/responses` |
/// | [dev.minke.server.openai.ResponsesCall], [dev.minke.server.openai.ItemReader] | a request to it, and its items |
/// | [dev.minke.server.openai.ResponseEvents], [dev.minke.server.openai.ResponseObject] | its answer, as events or as a whole |
/// | [dev.minke.server.openai.Embeddings] | texts to vectors |
/// | [dev.minke.server.openai.Reranking] | documents, the nearest to a query first |
/// | [dev.minke.server.openai.ApplyTemplate] | what the model reads of a conversation |
///
/// Unusual: every field is honoured or refused by name. Start reading at
/// [dev.minke.server.openai.ChatCall#read].
@NullMarked
package dev.minke.server.openai;

import org.jspecify.annotations.NullMarked;
