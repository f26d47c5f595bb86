package dev.minke.server.ollama;

import dev.minke.inference.Generation;
import dev.minke.inference.text.TextListener;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A request for an answer, read and checked.
///
/// @param start has it answered to a listener; null if the model shall only be opened
/// @param streams whether the answer comes word by word
record AnswerCall(@Nullable Function<TextListener, Generation> start, boolean streams) {}
