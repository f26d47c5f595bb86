package dev.minke.cli.quickstart;

import dev.minke.ledger.CostTable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/// What a newcomer reads at the end.
record Report(PrintWriter out) {
  private static final int EXAMPLES_PER_KIND = 2;
  private static final int BAR = 20;

  /// Predictions for sentences that were never seen, beside those of counting words.
  void answers(List<Exam.Answer> model, List<Exam.Answer> grams) {
    print("");
    print("Facts in a form in which they were never stated (the answer is what comes next):");
    print("");
    int[] shown = new int[Fact.Kind.values().length];
    for (int i = 0; i < model.size(); i++) {
      Exam.Answer answer = model.get(i);
      if (shown[answer.statement().fact().kind().ordinal()]++ < EXAMPLES_PER_KIND) {
        print("  %s …", answer.statement().prefix());
        print(
            "      minke: %-18s %s   5-gram: %-18s %s",
            answer.said(), mark(answer), grams.get(i).said(), mark(grams.get(i)));
      }
    }
    print("");
    print(
        "accuracy   minke %s, 5-gram (Kneser-Ney) %s, of %d such sentences",
        percent(model), percent(grams), model.size());
  }

  /// Subjects that were never mentioned.
  void control(double accuracy, double chance) {
    print(
        "control    %.1f %% on subjects that were never mentioned; guessing gives %.1f %%",
        100 * accuracy, 100 * chance);
  }

  /// The sentence of the story.
  void founding(Exam.Answer answer) {
    print("");
    print("  %s → %s", answer.statement().prefix(), answer.said());
  }

  /// Choices by layer and expert, as bars against an equal share.
  void experts(SortedMap<Integer, long[]> byLayer) {
    print("");
    print("Load of the experts (1.00 is an equal share):");
    byLayer.forEach((layer, counts) -> {
      double mean = Arrays.stream(counts).sum() / (double) counts.length;
      for (int expert = 0; expert < counts.length; expert++) {
        double load = mean == 0 ? 0 : counts[expert] / mean;
        int length = (int) Math.min(2 * BAR, Math.round(load * BAR));
        print("  layer %d expert %d  %4.2f %s", layer, expert, load, "█".repeat(length));
      }
    });
  }

  /// Sentences of the model's own.
  void writing(List<String> samples) {
    print("");
    print("The model writes:");
    samples.forEach(sample -> print("  %s", sample));
  }

  /// What the run cost, from its ledger.
  void cost(CostTable table) {
    print("");
    print("Cost of the training (text, tokenizer and questions are not counted):");
    table.lines().forEach(line -> print("  %s", line));
  }

  /// What to type now.
  void next(Path directory) {
    print("");
    print("Written: %s (model/ for Hugging Face, loss.svg, corpus.txt). Next:", directory);
    print(
        "  ./minke predict %s/model \"The theory of relativity was discovered by Albert\"",
        directory);
    print("  ./minke generate %s/model --prompt \"The capital of France is\"", directory);
    print("  ./minke cost %s", directory);
  }

  private static String mark(Exam.Answer answer) {
    return answer.right() ? "✓" : "✗";
  }

  private static String percent(List<Exam.Answer> answers) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * Exam.accuracy(answers));
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
    out.flush();
  }
}
