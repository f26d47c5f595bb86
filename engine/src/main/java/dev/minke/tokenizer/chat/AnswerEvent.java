package dev.minke.tokenizer.chat;

/// What an answer consists of, in the order in which it was said. A call's three events come
/// together, as soon as the call is complete and well-formed, so that nothing has to be taken back.
public sealed interface AnswerEvent {
  /// More of a thought.
  record Reasoning(String text) implements AnswerEvent {}

  /// More of the answer proper.
  record Content(String text) implements AnswerEvent {}

  /// A tool call begins.
  ///
  /// @param index of the call in the answer, from 0
  record CallBegun(int index, String name) implements AnswerEvent {}

  /// More of a call's arguments.
  ///
  /// @param text of a JSON object, as the model wrote it
  record CallArguments(int index, String text) implements AnswerEvent {}

  /// A tool call is complete.
  record CallEnded(int index) implements AnswerEvent {}
}
