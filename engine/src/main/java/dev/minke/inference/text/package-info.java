/// Answers as text: between the tokens of [dev.minke.inference.Engine] and what a reader sees.
///
/// | here | what |
/// |---|---|
/// | [dev.minke.inference.text.TextStream] | tokens to text, stop strings, thoughts, tool calls |
/// | [dev.minke.inference.text.Wording] | a conversation as ids: by the template of the model, or as plain text |
/// | [dev.minke.inference.text.StopScanner] | stop strings across tokens |
/// | [dev.minke.inference.text.TextListener] | hears the answer |
///
/// Unusual: a stop string ends an answer wherever tokens cut it, and no part of it is ever said;
/// what only looks like its beginning is held back until that is certain. Start reading at
/// [dev.minke.inference.text.TextStream#writes].
@NullMarked
package dev.minke.inference.text;

import org.jspecify.annotations.NullMarked;
