package dev.minke.tokenizer;

/// Gives a stretch of text without added tokens its ids.
@FunctionalInterface
interface SectionEncoder {
  /// @param text not empty, well-formed
  /// @param ids takes the ids; holds those of what stands before the text
  void encode(String text, IntList ids);
}
