/// Conversations as prompts, and answers taken apart.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.tokenizer.chat.ChatTemplate] | the template of a checkpoint: a [dev.minke.tokenizer.chat.ChatRequest] becomes a [dev.minke.tokenizer.chat.Prompt] |
/// | [dev.minke.tokenizer.chat.ChatMessage] | one message, with exactly the fields that were given |
/// | [dev.minke.tokenizer.chat.AnswerParser] | text of a model to [dev.minke.tokenizer.chat.AnswerEvent]s while it streams; [dev.minke.tokenizer.chat.Answer] is the whole |
/// | [dev.minke.tokenizer.chat.AnswerStyle] | how a model marks its thoughts and tool calls, told from its template |
///
/// Rendering is that of Hugging Face's transformers 5: a message that lacks a field and one whose
/// field is null are different messages, and only the caller decides which of them a template sees;
/// [dev.minke.tokenizer.chat.ChatTemplate#fitted] is there for those who want it decided. Unusual:
/// an answer loses no text. What looks like a tool call and is none comes out as content; only the
/// markers of thoughts and of well-formed calls disappear, and the whitespace next to them. What
/// comes out does not depend on the pieces in which the text comes in.
///
/// Start reading at [dev.minke.tokenizer.chat.ChatTemplate#render].
@NullMarked
package dev.minke.tokenizer.chat;

import org.jspecify.annotations.NullMarked;
