/// The HTTP server: many users, one or several models.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.MinkeServer] | starts, listens, drains, ends |
/// | `host` | the models it answers with, keys, limits |
/// | `openai` | OpenAI's protocol and DeepSeek's additions |
/// | `anthropic` | Anthropic's protocol |
/// | `ollama` | Ollama's protocol |
/// | `answer` | answers on their way to a client, whatever the protocol |
/// | `dialog` | conversations as all protocols have them in common |
/// | `ops` | for operators: health, metrics, tokens, the OpenAPI document |
/// | `wire` | JSON fields, errors, event streams, slow clients, origins of web pages |
///
/// Protocols do not know each other, nor this package, which puts them together (docs/adr/0025). A
/// request is a virtual thread that waits for the engine and writes; nothing computes there. Start
/// reading at [dev.minke.server.MinkeServer].
@NullMarked
package dev.minke.server;

import org.jspecify.annotations.NullMarked;
