package dev.minke.cli.quickstart;

import dev.minke.cli.console.Tally;
import dev.minke.inference.AwaitedAnswer;
import dev.minke.inference.Choice;
import dev.minke.inference.Engine;
import dev.minke.inference.EngineSettings;
import dev.minke.inference.Precision;
import dev.minke.inference.Request;
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
    int longest =
        BEGINNINGS.stream().mapToInt(beginning -> tokens.open(beginning).length).max().orElse(0);
    EngineSettings settings =
        EngineSettings.alone(Precision.EXACT, longest + MOST_TOKENS, EngineSettings.STEP);
    try (Engine engine = new Engine(model, kernels, settings)) {
      return BEGINNINGS.stream().map(beginning -> continued(engine, beginning, seed)).toList();
    }
  }

  private String continued(Engine engine, String beginning, long seed) {
    int[] prompt = tokens.open(beginning);
    Choice choice = Choice.of(new Sampler(0.7, 0, 0.95, seed));
    AwaitedAnswer answer = new AwaitedAnswer();
    engine.submit(new Request(prompt, MOST_TOKENS, Set.of(tokens.end()), choice), answer);
    int[] ids = answer.ids();
    for (int i = 0; i < prompt.length + ids.length; i++) {
      tally.add(1, model.forwardFlops(i));
    }
    return beginning + tokens.tokenizer().decode(ids);
  }
}
