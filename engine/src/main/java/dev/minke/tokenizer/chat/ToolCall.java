package dev.minke.tokenizer.chat;

/// A function that a model wants to have called.
///
/// @param arguments a JSON object as the model wrote it, spaces included
public record ToolCall(String name, String arguments) {}
