/// Conversations: what was said, how the model is asked, how it looks in a terminal.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.cli.chat.Talk] | a model and a conversation with it: one answer at a time |
/// | [dev.minke.cli.chat.Transcript] | what was said, and how much of it the model is shown |
/// | [dev.minke.cli.chat.Settings] | temperature and the rest |
/// | [dev.minke.cli.chat.Dialogue] | the terminal: lines in, `/` commands, Ctrl-C |
/// | [dev.minke.cli.chat.AnswerView] | an answer as it comes: thoughts dim, calls marked |
///
/// Unusual: an answer's tokens stay in the cache, so the next turn reads only what is new, as far
/// as the template writes what was said as it was said. Where the context is full, the oldest turns
/// are no longer shown to the model, half a context of them at once: each time costs a whole
/// reading. Start reading at [dev.minke.cli.chat.Talk].
@NullMarked
package dev.minke.cli.chat;

import org.jspecify.annotations.NullMarked;
