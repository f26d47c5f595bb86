/// The HTTP server: many users, one or several models.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.MinkeServer] | starts, listens, drains, ends |
/// | [dev.minke.server.Models], [dev.minke.server.ModelHost] | the models it answers with, opened when they are asked for |
/// | [dev.minke.server.Hearing] | answers, from the engine's thread to the one that writes |
/// | [dev.minke.server.Delivery] | answers to a client: a stream or a whole body, signs of life, a client that is gone |
/// | [dev.minke.server.OneAnswer] | an answer of a protocol that has one for each request |
/// | [dev.minke.server.ThoughtBudget] | ends a thought that becomes too long |
/// | [dev.minke.server.Activity] | which answers are under way |
/// | [dev.minke.server.Access] | API keys |
/// | `openai` | OpenAI's protocol and DeepSeek's additions |
/// | `anthropic` | Anthropic's protocol |
/// | `ollama` | Ollama's protocol |
/// | `dialog` | conversations as all protocols have them in common |
/// | `ops` | for operators: health, metrics, tokens, the OpenAPI document |
/// | `wire` | JSON fields, errors, event streams, slow clients, origins of web pages |
///
/// A request is a virtual thread that waits for the engine and writes; nothing computes there.
/// Start reading at [dev.minke.server.MinkeServer].
@NullMarked
package dev.minke.server;

import org.jspecify.annotations.NullMarked;
