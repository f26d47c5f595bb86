package dev.minke.inference;

import dev.minke.model.AttentionForm;
import java.util.ArrayList;
import java.util.List;

/// What passes the model in a step: some tokens of each of some sequences.
///
/// @param parts those in expanded form first
/// @param expanded how many parts these are
record StepPlan(List<Part> parts, int expanded) {
  /// The next tokens of a sequence.
  ///
  /// @param count how many, all in one form
  record Part(ActiveSequence sequence, int count) {
    /// Whether the token that follows can be drawn afterwards.
    boolean draws() {
      return sequence.purpose() instanceof Purpose.Continuing && count == sequence.left();
    }
  }

  static StepPlan of(List<Part> parts, Precision precision) {
    List<Part> sorted = new ArrayList<>(parts.size());
    for (Part part : parts) {
      if (part.sequence.nextForm(precision) == AttentionForm.EXPANDED) {
        sorted.add(part);
      }
    }
    int expanded = sorted.size();
    for (Part part : parts) {
      if (part.sequence.nextForm(precision) == AttentionForm.ABSORBED) {
        sorted.add(part);
      }
    }
    return new StepPlan(sorted, expanded);
  }

  /// Tokens of prompts.
  int promptTokens() {
    int sum = 0;
    for (Part part : parts) {
      sum += part.sequence.computed() < part.sequence.promptLength() ? part.count : 0;
    }
    return sum;
  }

  int tokens() {
    int sum = 0;
    for (Part part : parts) {
      sum += part.count;
    }
    return sum;
  }
}
