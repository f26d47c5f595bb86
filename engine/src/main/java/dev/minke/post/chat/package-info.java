/// Conversations to learn from: read in the shapes that are in use, written by a model's own
/// template, with the tokens marked that are to be learned.
///
/// | here | what |
/// |---|---|
/// | [Conversation] | messages and tools, from a record of any of four shapes |
/// | [ChatEncoder], [Example] | tokens of a conversation, and which of them the assistant said |
///
/// Unusual: what the assistant said is found by asking the template twice, for the prompt before an
/// answer and for the transcript behind it; no template needs marks of its own, and what is learned
/// is what would be generated. Start reading at [ChatEncoder#examples].
@NullMarked
package dev.minke.post.chat;

import org.jspecify.annotations.NullMarked;
