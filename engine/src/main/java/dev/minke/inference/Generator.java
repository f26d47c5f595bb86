package dev.minke.inference;

import dev.minke.kernel.Kernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CausalModel;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntPredicate;

/// Continues a prompt, one sequence at a time.
///
/// @param model answers
/// @param kernels compute
/// @param precision forms in which the tokens pass, and the format of the cache
public record Generator(CausalModel model, Kernels kernels, Precision precision) {
  /// A continuation.
  ///
  /// @param ids without the token that ended it
  /// @param stop why it ended
  public record Continuation(int[] ids, Stop stop) {}

  /// Continues a prompt.
  ///
  /// @param prompt one token or more
  /// @param most tokens to generate
  /// @param ends ids that end the continuation, each of them; none for as many tokens as asked for
  /// @param choice of each token
  /// @param listener gets each token as it comes; false ends the continuation
  public Continuation generate(
      int[] prompt, int most, Set<Integer> ends, Choice choice, IntPredicate listener) {
    Chooser chooser = new Chooser(choice, model.vocab(), prompt, ends, new Draw());
    int room = prompt.length + Math.max(most, 1);
    try (Session session =
        new Session(model, kernels, precision.arithmetic(), precision.cache(), room)) {
      float[] logits = session.append(prompt, AttentionForm.EXPANDED);
      int[] ids = new int[most];
      for (int count = 0; count < most; count++) {
        int next = chooser.next(logits, session.length());
        if (ends.contains(next)) {
          return new Continuation(Arrays.copyOf(ids, count), Stop.END_OF_TEXT);
        }
        ids[count] = next;
        if (!listener.test(next)) {
          return new Continuation(Arrays.copyOf(ids, count + 1), Stop.CANCELLED);
        }
        if (chooser.isComplete()) {
          return new Continuation(Arrays.copyOf(ids, count + 1), Stop.END_OF_TEXT);
        }
        if (count + 1 < most) {
          logits = session.append(new int[] {next}, precision.generated());
        }
      }
      return new Continuation(ids, Stop.LENGTH);
    }
  }
}
