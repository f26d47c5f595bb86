package dev.minke.tokenizer.chat;

import java.util.List;

/// Finds no tool calls at all.
final class NoCalls implements CallReader {
  @Override
  public List<String> openers() {
    return List.of();
  }

  @Override
  public List<String> closers() {
    return List.of();
  }

  @Override
  public void begin() {}

  @Override
  public Reading read(StringBuilder text, boolean ended) {
    return new Reading.NoCall(text.length());
  }
}
