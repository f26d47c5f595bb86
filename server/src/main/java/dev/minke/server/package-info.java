/// The HTTP server: many users, one or several models.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.MinkeServer] | starts, listens, drains, ends |
/// | [dev.minke.server.Models], [dev.minke.server.ModelHost] | the models it answers with, opened when they are asked for |
/// | [dev.minke.server.Hearing] | answers, from the engine's thread to the one that writes |
/// | [dev.minke.server.Access] | API keys |
/// | `openai` | OpenAI's protocol and DeepSeek's additions |
/// | `wire` | JSON fields, errors, event streams |
///
/// A request is a virtual thread that waits for the engine and writes; nothing computes there. Start
/// reading at [dev.minke.server.MinkeServer].
@NullMarked
package dev.minke.server;

import org.jspecify.annotations.NullMarked;
