package dev.minke.inference;

import dev.minke.kernel.Kernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CausalModel;
import java.util.Arrays;

/// A request that is answered by itself, token after token: what [Engine] has to give, without
/// pages, parts and company.
///
/// @param model answers
/// @param kernels compute
/// @param precision forms in which the tokens pass, and the format of the cache
public record Alone(CausalModel model, Kernels kernels, Precision precision) {
  /// @return ids, without the one that ended it
  public int[] answer(Request request) {
    int[] prompt = request.prompt();
    int most = request.most();
    Chooser chooser =
        new Chooser(request.choice(), model.vocab(), prompt, request.ends(), new Draw());
    try (Session session =
        new Session(
            model, kernels, precision.arithmetic(), precision.cache(), prompt.length + most)) {
      float[] logits = session.append(prompt, AttentionForm.EXPANDED);
      int[] ids = new int[most];
      for (int count = 0; count < most; count++) {
        int next = chooser.next(logits, session.length());
        if (request.ends().contains(next)) {
          return Arrays.copyOf(ids, count);
        }
        ids[count] = next;
        if (chooser.isComplete()) {
          return Arrays.copyOf(ids, count + 1);
        }
        if (count + 1 < most) {
          logits = session.append(new int[] {next}, precision.generated());
        }
      }
      return ids;
    }
  }
}
