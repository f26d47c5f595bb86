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

  /// What counting says to the same questions.
  ///
  /// @param words the 5-gram model of words: the fairer opponent, for it never has to spell
  /// @param tokens the 5-gram model of the model's own tokens
  record Baselines(List<Exam.Answer> words, List<Exam.Answer> tokens) {}

  /// Predictions for sentences that were never seen, beside those of counting words.
  void answers(List<Exam.Answer> model, Baselines grams) {
    print("");
    print("Facts in a form in which they were never stated (the answer is what comes next):");
    print("");
    int[] shown = new int[Fact.Kind.values().length];
    for (int i = 0; i < model.size(); i++) {
      Exam.Answer answer = model.get(i);
      if (shown[answer.statement().fact().kind().ordinal()]++ < EXAMPLES_PER_KIND) {
        Exam.Answer counted = grams.words().get(i);
        print("  %s …", answer.statement().prefix());
        print(
            "      minke: %-18s %s   5-gram: %-18s %s",
            answer.said(), mark(answer), counted.said(), mark(counted));
      }
    }
    print("");
    print("accuracy   minke %s of %d such sentences", percent(model), model.size());
    print(
        "           counting (Kneser-Ney 5-grams): %s by words, %s by tokens",
        percent(grams.words()), percent(grams.tokens()));
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

  /// What it cost by stage, from the ledger.
  void cost(CostTable table) {
    print("");
    print("Cost by stage, from the first sentence to this report:");
    table.lines().forEach(line -> print("  %s", line));
  }

  /// What to type now.
  void next(Path directory) {
    print("");
    print(
        "Written: %s (model/ for Hugging Face, report.html, loss.svg, corpus.txt). Next:",
        directory);
    print(
        "  ./minke predict %s/model \"The theory of relativity was discovered by Albert\"",
        directory);
    print("  ./minke generate %s/model --prompt \"The capital of France is\"", directory);
    print(
        "  ./minke watch %s --web    (the curves of this run; of one that goes on, live)",
        directory);
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
