package dev.minke.tokenizer;

/// Hears how far the training of a tokenizer is: after each text that is given alone, after some
/// 100,000 letters of many, after some 100 merges. Called by the thread that called the trainer.
@FunctionalInterface
public interface BpeProgress {
  /// What is under way.
  enum Stage {
    /// Words of texts are counted; the unit is a UTF-16 letter of text.
    COUNTING,
    /// Merges are learned; the unit is a token of the vocabulary.
    MERGING
  }

  /// Called after some of the work.
  ///
  /// @param done since the trainer was made
  /// @param total how much it will be, or -1 where nobody knows
  void at(Stage stage, long done, long total);
}
