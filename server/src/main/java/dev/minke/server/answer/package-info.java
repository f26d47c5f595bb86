/// Answers on their way to a client, whatever the protocol.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.answer.Hearing] | answers, from the engine's thread to the one that writes |
/// | [dev.minke.server.answer.Delivery] | answers to a client: a stream or a whole body, signs of life, a client that is gone |
/// | [dev.minke.server.answer.OneAnswer] | an answer of a protocol that has one for each request |
/// | [dev.minke.server.answer.AnswerWriter] | what such a protocol makes of it while it comes |
/// | [dev.minke.server.answer.ThoughtBudget] | ends a thought that becomes too long |
/// | [dev.minke.server.answer.Activity] | which answers are under way |
///
/// Unusual: the engine's thread never waits for a client; what it says stands in a queue until the
/// request's own thread writes it. Start reading at [dev.minke.server.answer.Delivery#tell].
@NullMarked
package dev.minke.server.answer;

import org.jspecify.annotations.NullMarked;
