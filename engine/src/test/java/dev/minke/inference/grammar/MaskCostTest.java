package dev.minke.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.tokenizer.ReleasedTokenizers;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Masks over the vocabulary of DeepSeek-V3, token by token along answers that a model would give:
/// they allow each of its tokens, and cost little beside a step of a model, which is tens of
/// milliseconds.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MaskCostTest {
  private static final double MOST_MEAN_MILLIS = 1;
  private static final double MOST_MILLIS = 10;
  private static final int WARM_UPS = 4;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private Tokenizer tokenizer;
  private TokenTrie vocabulary;

  @BeforeAll
  void read(@TempDir Path directory) throws IOException {
    tokenizer = ReleasedTokenizers.read("deepseek-v3", directory);
    vocabulary = TokenTrie.of(tokenizer);
  }

  /// Times of a processor, in milliseconds.
  private static final class Times {
    private int count;
    private double sum;
    private double worst;

    void add(double millis) {
      count++;
      sum += millis;
      worst = Math.max(worst, millis);
    }

    double mean() {
      return sum / count;
    }
  }

  private void follow(TokenMasks masks, String answer, Times times) {
    Constraint constraint = masks.begin();
    long[] mask = new long[constraint.words()];
    for (int id : tokenizer.encode(answer)) {
      long begin = THREADS.getCurrentThreadCpuTime();
      constraint.allowed(mask);
      times.add((THREADS.getCurrentThreadCpuTime() - begin) / 1e6);
      assertThat(BitSet.valueOf(mask).get(id))
          .as("%s allowed in %s", tokenizer.display(id), answer)
          .isTrue();
      constraint.accept(id);
    }
    assertThat(constraint.canEnd()).as(answer).isTrue();
  }

  @Test
  void aMaskCostsLittleBesideAStep() {
    assertThat(vocabulary.vocab()).isGreaterThan(128_000);
    List<RealisticSchemas.Case> cases = RealisticSchemas.all();
    for (int i = 0; i < WARM_UPS; i++) {
      for (RealisticSchemas.Case one : cases) {
        Grammar grammar = Grammar.ofJsonSchema(one.schema(), JsonLayout.FREE);
        follow(new TokenMasks(grammar, vocabulary), one.answer(), new Times());
      }
    }
    Times all = new Times();
    Times again = new Times();
    for (RealisticSchemas.Case one : cases) {
      long begin = THREADS.getCurrentThreadCpuTime();
      Grammar grammar = Grammar.ofJsonSchema(one.schema(), JsonLayout.FREE);
      TokenMasks masks = new TokenMasks(grammar, vocabulary);
      double compiled = (THREADS.getCurrentThreadCpuTime() - begin) / 1e6;
      Times first = new Times();
      follow(masks, one.answer(), first);
      follow(masks, one.answer(), again);
      System.out.printf(
          "%-20s compiled in %6.2f ms, %,7d states; %3d masks, mean %.3f ms, worst %.3f ms%n",
          one.name(), compiled, grammar.machine().states(), first.count, first.mean(), first.worst);
      all.sum += first.sum;
      all.count += first.count;
      all.worst = Math.max(all.worst, first.worst);
    }
    System.out.printf(
        "all, first time: mean %.3f ms, worst %.3f ms; again: mean %.4f ms, worst %.3f ms%n",
        all.mean(), all.worst, again.mean(), again.worst);
    assertThat(all.mean()).as("mean, ms").isLessThan(MOST_MEAN_MILLIS);
    assertThat(all.worst).as("worst, ms").isLessThan(MOST_MILLIS);
  }

  /// The fast path for plain text gives what trying each token gives.
  @Test
  void masksOfRealVocabulariesAreWhatTryingEachTokenGives() {
    RealisticSchemas.Case one = RealisticSchemas.all().get(1);
    Grammar grammar = Grammar.ofJsonSchema(one.schema(), JsonLayout.FREE);
    Constraint constraint = new TokenMasks(grammar, vocabulary).begin();
    int compared = 0;
    for (int id : tokenizer.encode(one.answer())) {
      if (compared++ % 24 == 0) {
        BitSet expected = new BitSet();
        for (int token = 0; token < vocabulary.vocab(); token++) {
          expected.set(token, constraint.allows(token));
        }
        assertThat(TokenMasksTest.mask(constraint)).isEqualTo(expected);
      }
      constraint.accept(id);
    }
  }

  @Test
  void requestsShareMasksAndMemoryIsBounded() throws Exception {
    RealisticSchemas.Case one = RealisticSchemas.all().get(5);
    Grammar grammar = Grammar.ofJsonSchema(one.schema(), JsonLayout.FREE);
    long expected = sumOfMasks(new TokenMasks(grammar, vocabulary), one.answer());
    TokenMasks forgetful = new TokenMasks(grammar, vocabulary, 100_000);
    TokenMasks shared = new TokenMasks(grammar, vocabulary);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Long>> sums = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        TokenMasks masks = i % 2 == 0 ? shared : forgetful;
        sums.add(threads.submit(() -> sumOfMasks(masks, one.answer())));
      }
      for (Future<Long> sum : sums) {
        assertThat(sum.get()).isEqualTo(expected);
      }
    }
  }

  private long sumOfMasks(TokenMasks masks, String answer) {
    Constraint constraint = masks.begin();
    long[] mask = new long[constraint.words()];
    long sum = 0;
    for (int id : tokenizer.encode(answer)) {
      constraint.allowed(mask);
      sum = 31 * sum + Arrays.hashCode(mask);
      constraint.accept(id);
    }
    return sum;
  }

  /// The call of a tool as Qwen's models write it, with words before it.
  @Test
  void callsOfToolsAreComposed() {
    RealisticSchemas.Case tool = RealisticSchemas.all().getFirst();
    Grammar call =
        Grammar.sequence(
            Grammar.until("<tool_call>"),
            Grammar.text("\n{\"name\": \"weather\", \"arguments\": "),
            Grammar.ofJsonSchema(tool.schema(), JsonLayout.FREE),
            Grammar.text("}\n</tool_call>"));
    TokenMasks masks = new TokenMasks(call, vocabulary);
    String answer =
        "Let me look, <tool> by tool.<tool_call>\n{\"name\": \"weather\", \"arguments\": "
            + tool.answer()
            + "}\n</tool_call>";
    follow(masks, answer, new Times());
    Constraint constraint = masks.begin();
    int saved = 0;
    for (int id : tokenizer.encode(answer)) {
      saved += constraint.forcedBytes().length > 0 ? 1 : 0;
      constraint.accept(id);
    }
    assertThat(constraint.isComplete()).isTrue();
    assertThat(saved).as("tokens whose first byte has no choice").isGreaterThan(20);
  }
}
