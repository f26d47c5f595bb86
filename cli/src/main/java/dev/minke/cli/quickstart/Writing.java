package dev.minke.cli.quickstart;

import dev.minke.cli.console.Tally;
import dev.minke.inference.Choice;
import dev.minke.inference.Generator;
import dev.minke.inference.Precision;
import dev.minke.inference.Sampler;
import dev.minke.kernel.Kernels;
import dev.minke.model.CausalModel;
import java.util.List;
import java.util.Set;

/// A few sentences that the model writes by itself.
///
/// @param tally told of what is read, written and computed
record Writing(CausalModel model, Kernels kernels, Tokens tokens, Tally tally) {
  private static final List<String> BEGINNINGS =
      List.of("The theory of relativity", "Question:", "If you", "");
  private static final int MOST_TOKENS = 40;

  /// One sentence for each beginning; same seed, same words.
  List<String> samples(long seed) {
    return BEGINNINGS.stream().map(beginning -> continued(beginning, seed)).toList();
  }

  private String continued(String beginning, long seed) {
    int[] prompt = tokens.open(beginning);
    var continuation =
        new Generator(model, kernels, Precision.EXACT)
            .generate(
                prompt,
                MOST_TOKENS,
                Set.of(tokens.end()),
                Choice.of(new Sampler(0.7, 0, 0.95, seed)),
                token -> true);
    for (int i = 0; i < prompt.length + continuation.ids().length; i++) {
      tally.add(1, model.forwardFlops(i));
    }
    return beginning + tokens.tokenizer().decode(continuation.ids());
  }
}
