/// Conversations as the protocols of the server have them in common.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.server.dialog.AssistantTurn] | thoughts, texts and calls of one answer, back into a message |
/// | [dev.minke.server.dialog.FunctionTools] | functions that are offered |
/// | [dev.minke.server.dialog.ToolChoice] | which of them an answer calls |
/// | [dev.minke.server.dialog.Toolbox] | both, as what the template reads and what an answer may be |
/// | [dev.minke.server.dialog.RawPrompt] | a text without a template |
/// | [dev.minke.server.dialog.Vectors] | texts to vectors |
/// | [dev.minke.server.dialog.Thinking] | whether the model shall think |
///
/// Unusual: what a model cannot be told is refused, it is not dropped: tools where its template has
/// no words for them, thinking where it knows none. Start reading at
/// [dev.minke.server.dialog.FunctionTools#read].
@NullMarked
package dev.minke.server.dialog;

import org.jspecify.annotations.NullMarked;
