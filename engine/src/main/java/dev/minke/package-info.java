/// The public API: a model in your own process.
///
/// ```
/// try (Minke model = Minke.open(Path.of("model.gguf"))) {
///   System.out.println(model.answer("Why is the sky blue?"));
///   Person person = model.answer("Jane is 54 years old.", Person.class);
///   try (ReplyStream stream = model.stream(Chat.of("And at sunset?"))) {
///     for (AnswerEvent event : stream) { … }
///   }
/// }
/// ```
///
/// | here | what |
/// |---|---|
/// | [dev.minke.Minke] | a model that answers: chat, streams, completions |
/// | [dev.minke.Chat], [dev.minke.Completion] | what is asked |
/// | [dev.minke.Options] | temperature, seed, stop strings, patience |
/// | [dev.minke.Format] | JSON by schema, regular expressions, grammars, calls of tools: held while tokens are drawn |
/// | [dev.minke.Reply], [dev.minke.ReplyStream] | the answer, whole or while it comes |
///
/// This package, and the types of other packages that its signatures name, are stable; all else is
/// internal. Unusual: an answer never depends on who else is being answered. Threads are daemons;
/// nothing prints. JDK Flight Recorder is told of requests, steps and loads, as
/// `dev.minke.Request`, `dev.minke.Step` and `dev.minke.ModelLoad`. Start reading at
/// [dev.minke.Minke#open].
@NullMarked
package dev.minke;

import org.jspecify.annotations.NullMarked;
