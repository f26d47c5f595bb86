package dev.minke.bench.experiment;

import dev.minke.backend.Backends;
import dev.minke.kernel.Kernels;
import dev.minke.train.ScalingRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// How many tokens a model of a size deserves: for each of some budgets of operations, models of
/// some sizes trained for as many tokens as the budget buys. A parabola through the held-out loss
/// over the logarithm of the parameters is lowest at the best size; what [ScalingRule] goes by is
/// the tokens for a parameter there.
public final class ScalingExperiment {
  static final List<Double> BUDGETS = List.of(6e11, 1.8e12, 3.6e12);
  static final List<ScaledModel> MODELS =
      List.of(16, 24, 32, 48, 72).stream().map(ScaledModel::new).toList();
  private static final long SEED = 1;
  private static final String JUDGE = "oz";

  private ScalingExperiment() {}

  /// Runs what is missing and prints the table.
  ///
  /// @param data a folder laid out like `../shared/data`
  /// @param results where results are kept
  public static void run(Path data, Path results) throws IOException {
    Books books = Books.read(data);
    int vocab = books.tokenizer().vocab();
    Trials trials = new Trials(results.resolve("scaling.jsonl"));
    System.out.printf("tokens of the training text: %,d%n%n", books.training().tokens());
    System.out.println(
        "| operations | width | N | D | D / N | steps | training loss | oz, bits a byte |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    try (Kernels kernels = Backends.openDefault()) {
      for (double budget : BUDGETS) {
        for (ScaledModel model : MODELS) {
          if (trials.find(model.name(budget), SEED).isEmpty()) {
            System.err.println(model.name(budget));
            trials.add(Trial.run(model.recipe(budget, vocab, SEED), books, kernels));
          }
        }
        print(trials, budget, vocab);
      }
    }
  }

  private static void print(Trials trials, double budget, int vocab) throws IOException {
    double[] sizes = new double[MODELS.size()];
    double[] tokens = new double[MODELS.size()];
    double[] losses = new double[MODELS.size()];
    for (int i = 0; i < sizes.length; i++) {
      ScaledModel model = MODELS.get(i);
      Trial trial = trials.find(model.name(budget), SEED).orElseThrow();
      double parameters = ScalingRule.parameters(model.config(vocab));
      sizes[i] = Math.log(parameters);
      tokens[i] = Math.log(model.tokens(budget, vocab));
      losses[i] = trial.bitsPerByte().getOrDefault(JUDGE, Double.NaN);
      System.out.printf(
          Locale.ROOT,
          "| %.2e | %d | %.2f M | %.2f M | %.2f | %d | %.3f | %.4f |%n",
          trial.flops(),
          model.dim(),
          parameters / 1e6,
          Math.exp(tokens[i]) / 1e6,
          Math.exp(tokens[i] - sizes[i]),
          trial.steps(),
          trial.trainLoss(),
          losses[i]);
    }
    System.out.printf(Locale.ROOT, "| %.1e | %s |%n", budget, best(sizes, tokens, losses));
  }

  /// The lowest point, if it lies within what was tried.
  static String best(double[] sizes, double[] tokens, double[] losses) {
    Parabola loss = Parabola.through(sizes, losses);
    double size = loss.lowest();
    if (!loss.opensUpwards() || size < sizes[0] || size > sizes[sizes.length - 1]) {
      return "no lowest point within the sizes that were tried";
    }
    double tokensThere = Parabola.through(sizes, tokens).at(size);
    return String.format(
        Locale.ROOT,
        "lowest at N = %.2f M, D = %.2f M, D / N = %.2f",
        Math.exp(size) / 1e6,
        Math.exp(tokensThere) / 1e6,
        Math.exp(tokensThere - size));
  }
}
