package dev.minke.train;

import dev.minke.data.Mixture;
import dev.minke.data.TokenShard;

/// What a run reads.
///
/// @param training documents to learn from
/// @param validation held-out documents, of the same tokenizer; may be none
public record TrainingData(Mixture training, TokenShard validation) {
  public TrainingData {
    if (!training.tokenizer().equals(validation.tokenizer())
        || training.vocab() != validation.vocab()) {
      throw new IllegalArgumentException(
          "training data: expected one tokenizer, found %s with %d ids and %s with %d for validation"
              .formatted(
                  training.tokenizer(),
                  training.vocab(),
                  validation.tokenizer(),
                  validation.vocab()));
    }
  }

  /// One source alone.
  public TrainingData(TokenShard training, TokenShard validation) {
    this(Mixture.of(training), validation);
  }

  /// Size of the vocabulary.
  public int vocab() {
    return training.vocab();
  }
}
