package dev.minke.cli.quickstart;

import dev.minke.cli.console.Tally;
import dev.minke.eval.KneserNey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Asks for the answers of statements. An answer is right if each of its units is the most probable
/// one after the prefix and the units before it: what greedy writing would give.
///
/// @param cutting the examinee's units
record Exam(Cutting cutting) {
  private static final int BATCH = 32;

  /// An answer.
  ///
  /// @param statement that was asked
  /// @param said what was expected first, up to the first unit that is not the answer's
  /// @param right whether it is the answer
  record Answer(Statement statement, String said, boolean right) {}

  /// A statement as units of a document.
  ///
  /// @param ids from the begin of the text to the end of the answer
  /// @param from where the answer begins
  private record Question(int[] ids, int from) {}

  /// Asks all statements.
  List<Answer> ask(NextToken model, List<Statement> statements) {
    List<Answer> answers = new ArrayList<>();
    for (int start = 0; start < statements.size(); start += BATCH) {
      List<Statement> batch = statements.subList(start, Math.min(statements.size(), start + BATCH));
      List<Question> questions = batch.stream().map(this::question).toList();
      List<int[]> next = model.predict(questions.stream().map(Question::ids).toList());
      for (int i = 0; i < batch.size(); i++) {
        Question question = questions.get(i);
        int[] ids = question.ids();
        int[] said = Arrays.copyOfRange(next.get(i), question.from() - 1, ids.length - 1);
        int[] wanted = Arrays.copyOfRange(ids, question.from(), ids.length);
        answers.add(new Answer(batch.get(i), said(said, wanted), Arrays.equals(said, wanted)));
      }
    }
    return answers;
  }

  /// The answer as far as it was written: what follows the first wrong unit is not its own.
  private String said(int[] said, int[] wanted) {
    int wrong = Arrays.mismatch(said, wanted);
    return wrong < 0 || wrong == wanted.length - 1
        ? cutting.join(said)
        : cutting.join(Arrays.copyOf(said, wrong + 1)) + "…";
  }

  /// Share of right answers.
  static double accuracy(List<Answer> answers) {
    return (double) answers.stream().filter(Answer::right).count() / Math.max(1, answers.size());
  }

  private Question question(Statement statement) {
    int[] prefix = cutting.open(statement.prefix());
    return new Question(joined(prefix, cutting.cut(statement.answer())), prefix.length);
  }

  private static int[] joined(int[] first, int... second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /// The 5-gram model of documents as an examinee.
  ///
  /// @param tally told of the units that are read
  NextToken fiveGrams(List<String> documents, Tally tally) {
    List<int[]> ids =
        documents.stream().map(text -> joined(cutting.open(text), cutting.end())).toList();
    tally.add(ids.stream().mapToLong(document -> document.length).sum(), 0);
    KneserNey model = KneserNey.train(ids, cutting.size(), 5);
    return texts -> {
      tally.add(texts.stream().mapToLong(text -> text.length).sum(), 0);
      return texts.stream().map(text -> predict(model, text)).toList();
    };
  }

  private static int[] predict(KneserNey model, int[] text) {
    int[] next = new int[text.length];
    for (int i = 0; i < text.length; i++) {
      next[i] = model.predict(Arrays.copyOf(text, i + 1));
    }
    return next;
  }
}
