package dev.minke.cli.quickstart;

import dev.minke.inference.Generator;
import dev.minke.inference.Sampler;
import dev.minke.kernel.Kernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CausalModel;
import java.util.List;

/// A few sentences that the model writes by itself.
record Writing(CausalModel model, Kernels kernels, Exam exam) {
  private static final List<String> BEGINNINGS =
      List.of("The theory of relativity", "Question:", "If you", "");
  private static final int MOST_TOKENS = 40;

  /// One sentence for each beginning; same seed, same words.
  List<String> samples(long seed) {
    return BEGINNINGS.stream().map(beginning -> continued(beginning, seed)).toList();
  }

  private String continued(String beginning, long seed) {
    var sampler = new Sampler(0.7, 0, 0.95, seed);
    var continuation =
        new Generator(model, kernels, AttentionForm.EXPANDED)
            .generate(
                exam.open(beginning),
                MOST_TOKENS,
                exam.tokenizer().endOfText().orElseThrow(),
                sampler,
                token -> true);
    return beginning + exam.tokenizer().decode(continuation.ids());
  }
}
