package dev.minke.inference;

import dev.minke.autograd.EagerOps;
import dev.minke.kernel.KvView;
import dev.minke.model.AttentionForm;
import dev.minke.model.CausalModel;
import dev.minke.model.KvCache;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/// Has a model's predictor follow the tokens and guess what comes next (DeepSeek-V3 §2.2, §5.4.3).
///
/// Every position passes the predictor in the step in which it passed the model, as soon as the
/// token behind it is known: a prompt's, too, so that its layer of the cache is as complete as the
/// others. Behind the newest token a guess is what the request itself would draw by the predictor's
/// logits, with its rules, its grammar and its random number for that position. The model's next
/// step judges it: what is drawn then is drawn as ever. Further guesses are made from the
/// predictor's own hidden state in place of the model's; what they leave in the cache is
/// overwritten. Belongs to the engine's thread.
final class Drafter {
  private final CausalModel model;
  private final Precision precision;
  private final KvCache cache;
  private final int most;
  private final float[] logits;

  /// @param cache of the model's layers and the predictor's
  /// @param most guesses for each sequence, 1 or more
  Drafter(CausalModel model, Precision precision, KvCache cache, int most) {
    this.model = model;
    this.precision = precision;
    this.cache = cache;
    this.most = most;
    logits = new float[model.vocab()];
  }

  /// A sequence under way to its drafts.
  ///
  /// @param ahead chooses as the sequence will
  private record Guessing(ActiveSequence sequence, Chooser ahead) {}

  /// Follows a step behind its draws, and drafts.
  ///
  /// @param hidden of the step's positions `[tokens, dim]`
  /// @param goesOn whether a sequence has not ended
  void follow(EagerOps ops, StepPlan plan, Tensor hidden, Predicate<ActiveSequence> goesOn) {
    int[] rows = new int[plan.tokens()];
    StepPlan known = known(plan, rows);
    int count = known.tokens();
    if (count == 0) {
      return;
    }
    Tensor own = count == rows.length ? hidden : ops.pickRows(hidden, Arrays.copyOf(rows, count));
    Tensor predicted = model.predicted(ops, own, known.rows(ops.workspace(), 1), cache);
    List<Guessing> guessing = new ArrayList<>();
    int[] newest = new int[known.parts().size()];
    int end = 0;
    for (StepPlan.Part part : known.parts()) {
      end += part.count();
      ActiveSequence sequence = part.sequence();
      if (sequence.purpose() instanceof Purpose.Continuing continuing
          && sequence.generates()
          && sequence.hasRoomToGuess()
          && goesOn.test(sequence)) {
        newest[guessing.size()] = end - 1;
        guessing.add(new Guessing(sequence, continuing.chooser().copy()));
      }
    }
    guess(ops, predicted, newest, guessing);
  }

  /// The positions of a step that stay, as far as the token behind them is known: rejected drafts
  /// do not, and the last position of an answer has nothing behind it.
  ///
  /// @param rows gets their rows in the step
  private static StepPlan known(StepPlan plan, int[] rows) {
    List<StepPlan.Part> parts = new ArrayList<>(plan.parts().size());
    int expanded = 0;
    int found = 0;
    int begin = 0;
    for (int i = 0; i < plan.parts().size(); i++) {
      StepPlan.Part part = plan.parts().get(i);
      ActiveSequence sequence = part.sequence();
      int count = sequence.complete(1) - part.first();
      for (int row = begin; row < begin + count; row++) {
        rows[found++] = row;
      }
      if (count > 0) {
        parts.add(new StepPlan.Part(sequence, part.first(), count, 0));
        expanded += i < plan.expanded() ? 1 : 0;
      }
      begin += part.count();
    }
    return new StepPlan(parts, expanded);
  }

  /// @param predicted hidden states of the predictor
  /// @param from the row of each sequence in them
  private void guess(EagerOps ops, Tensor predicted, int[] from, List<Guessing> all) {
    Tensor hidden = predicted;
    int[] rows = from;
    List<Guessing> guessing = all;
    while (!guessing.isEmpty()) {
      Tensor states = ops.pickRows(hidden, Arrays.copyOf(rows, guessing.size()));
      Tensor likely = ops.matmul(states, model.head());
      List<StepPlan.Part> parts = new ArrayList<>();
      List<Guessing> further = new ArrayList<>();
      for (int row = 0; row < guessing.size(); row++) {
        likely.copyRow(row, logits);
        ActiveSequence sequence = guessing.get(row).sequence;
        if (guess(guessing.get(row)) && goesFurther(sequence)) {
          rows[further.size()] = row;
          further.add(guessing.get(row));
          int position = sequence.computed() + sequence.drafts() - 1;
          parts.add(new StepPlan.Part(sequence, position, 1, 0));
        }
      }
      if (!further.isEmpty()) {
        int expanded = precision.generated() == AttentionForm.EXPANDED ? parts.size() : 0;
        Tensor behind = ops.pickRows(states, Arrays.copyOf(rows, further.size()));
        StepPlan ahead = new StepPlan(parts, expanded);
        hidden = model.predicted(ops, behind, ahead.rows(ops.workspace(), 1), cache);
        Arrays.setAll(rows, row -> row);
      }
      guessing = further;
    }
  }

  /// Guesses one token.
  ///
  /// @return whether it is a draft: one that ends the answer is not, as nothing follows
  private boolean guess(Guessing one) {
    ActiveSequence sequence = one.sequence;
    try {
      int id = one.ahead.next(logits, sequence.length() + sequence.drafts());
      if (one.ahead.isEnd(id) || one.ahead.isComplete()) {
        return false;
      }
      sequence.draft(id);
      return true;
    } catch (RuntimeException aGrammarThatCannotGoOn) {
      // If it is the answer's own, the draw itself will say so.
      return false;
    }
  }

  /// Whether one more is wanted and has room, in the answer and in the pages that are there.
  private boolean goesFurther(ActiveSequence sequence) {
    int position = sequence.computed() + sequence.drafts() - 1;
    return sequence.drafts() < most
        && sequence.hasRoomToGuess()
        && position < sequence.pageCount() * KvView.TILE;
  }
}
