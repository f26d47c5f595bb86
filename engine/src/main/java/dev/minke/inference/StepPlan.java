package dev.minke.inference;

import dev.minke.kernel.KvView;
import dev.minke.model.AttentionForm;
import dev.minke.model.CachedRows;
import dev.minke.model.TokenRows;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/// What passes the model in a step: some tokens of each of some sequences.
///
/// @param parts those in expanded form first
/// @param expanded how many parts these are
record StepPlan(List<Part> parts, int expanded) {
  /// Some tokens of a sequence, behind each other and all in one form.
  ///
  /// @param first position of the first
  /// @param count how many
  /// @param drafts of these, guesses, behind the sequence's own tokens
  record Part(ActiveSequence sequence, int first, int count, int drafts) {
    /// The next tokens of a sequence; where these are more than it has, drafts.
    static Part next(ActiveSequence sequence, int count) {
      int drafts = Math.max(0, count - sequence.left());
      return new Part(sequence, sequence.computed(), count, drafts);
    }

    /// Tokens that the sequence has.
    int own() {
      return count - drafts;
    }

    /// Whether the token that follows can be drawn afterwards.
    boolean draws() {
      return sequence.purpose() instanceof Purpose.Continuing && first + own() == sequence.length();
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
      sum += part.first < part.sequence.promptLength() ? part.count : 0;
    }
    return sum;
  }

  /// Sequences of which the prompt passes, or a part of it.
  int prompts() {
    int count = 0;
    for (Part part : parts) {
      count += part.first < part.sequence.promptLength() ? 1 : 0;
    }
    return count;
  }

  int tokens() {
    int sum = 0;
    for (Part part : parts) {
      sum += part.count;
    }
    return sum;
  }

  /// Positions before the prompts' parts in expanded form, which these look back at; those of a
  /// page that several share count once.
  long back() {
    LookedBack back = new LookedBack();
    for (Part part : parts.subList(0, expanded)) {
      if (part.first < part.sequence.promptLength()) {
        back.add(part.sequence, part.first);
      }
    }
    return back.positions();
  }

  int drafts() {
    int sum = 0;
    for (Part part : parts) {
      sum += part.drafts;
    }
    return sum;
  }

  /// The positions, each with its own token or one behind it.
  ///
  /// @param workspace owns them
  /// @param behind how far the tokens are behind the positions
  CachedRows rows(Workspace workspace, int behind) {
    Tensor ids = workspace.allocate(DType.I32, Shape.of(tokens()));
    Tensor positions = workspace.allocate(DType.I32, Shape.of(tokens()));
    List<KvView.Sequence> sequences = new ArrayList<>(parts.size());
    int row = 0;
    for (Part part : parts) {
      int end = part.first + part.count;
      sequences.add(new KvView.Sequence(row, part.count, end, part.sequence.location()));
      for (int position = part.first; position < end; position++, row++) {
        ids.setInt(0, row, part.sequence.tokens()[position + behind]);
        positions.setInt(0, row, position);
      }
    }
    return new CachedRows(new TokenRows(ids, positions, sequences), expanded);
  }
}
