package dev.minke.cli.quickstart;

import dev.minke.eval.KneserNey;
import dev.minke.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Asks for the answers of statements. An answer is right if each of its tokens is the most
/// probable one after the prefix and the tokens before it: what greedy writing would give.
record Exam(Tokenizer tokenizer) {
  private static final int BATCH = 32;

  /// An answer.
  ///
  /// @param statement that was asked
  /// @param said what was expected first, up to the first token that is not the answer's
  /// @param right whether it is the answer
  record Answer(Statement statement, String said, boolean right) {}

  /// A statement as tokens of a document.
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

  /// The answer as far as it was written: after the first wrong token the rest is not its own.
  private String said(int[] said, int[] wanted) {
    int wrong = Arrays.mismatch(said, wanted);
    return wrong < 0
        ? tokenizer.decode(said).strip()
        : tokenizer.decode(Arrays.copyOf(said, wrong + 1)).strip() + "…";
  }

  /// Share of right answers.
  static double accuracy(List<Answer> answers) {
    return (double) answers.stream().filter(Answer::right).count() / Math.max(1, answers.size());
  }

  /// A text as the start of a document.
  int[] open(String text) {
    return join(new int[] {tokenizer.beginOfText().orElseThrow()}, tokenizer.encode(text));
  }

  private Question question(Statement statement) {
    int[] prefix = open(statement.prefix());
    return new Question(join(prefix, tokenizer.encode(statement.answer())), prefix.length);
  }

  private static int[] join(int[] first, int[] second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /// The 5-gram model of the same documents as an examinee.
  NextToken fiveGrams(List<String> documents) {
    List<int[]> ids =
        documents.stream()
            .map(text -> join(open(text), new int[] {tokenizer.endOfText().orElseThrow()}))
            .toList();
    KneserNey model = KneserNey.train(ids, tokenizer.vocab(), 5);
    return texts -> texts.stream().map(text -> predict(model, text)).toList();
  }

  private static int[] predict(KneserNey model, int[] text) {
    int[] next = new int[text.length];
    for (int i = 0; i < text.length; i++) {
      next[i] = model.predict(Arrays.copyOf(text, i + 1));
    }
    return next;
  }
}
