/// Anthropic's Messages API.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.anthropic.AnthropicService] | the paths |
/// | [dev.minke.server.anthropic.MessagesCall] | a request, read and checked |
/// | [dev.minke.server.anthropic.TurnReader] | its turns |
/// | [dev.minke.server.anthropic.MessageEvents] | its answer while it comes |
/// | [dev.minke.server.anthropic.WholeMessage] | its answer as a whole |
///
/// Unusual: without `thinking` a model that can be told does not think, as that API has it. A
/// thought has an empty signature: it may come back as it is, or changed. One that has spent its
/// `budget_tokens` is ended and the answer begins. Start reading at
/// [dev.minke.server.anthropic.MessagesCall#read].
@NullMarked
package dev.minke.server.anthropic;

import org.jspecify.annotations.NullMarked;
