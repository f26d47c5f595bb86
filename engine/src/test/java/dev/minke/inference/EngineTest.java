package dev.minke.inference;

import static dev.minke.inference.TinyRequests.LONGEST;
import static dev.minke.inference.TinyRequests.NONE;
import static dev.minke.inference.TinyRequests.STEP;
import static dev.minke.inference.TinyRequests.VOCAB;
import static dev.minke.inference.TinyRequests.alone;
import static dev.minke.inference.TinyRequests.assertAnswers;
import static dev.minke.inference.TinyRequests.assertNoPageLost;
import static dev.minke.inference.TinyRequests.choice;
import static dev.minke.inference.TinyRequests.prompt;
import static dev.minke.inference.TinyRequests.request;
import static dev.minke.inference.TinyRequests.sixteen;
import static dev.minke.inference.TinyRequests.small;
import static dev.minke.inference.TinyRequests.store;
import static dev.minke.inference.TinyRequests.submit;
import static dev.minke.inference.TinyRequests.terms;
import static dev.minke.inference.TinyRequests.withPrompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CachedRows;
import dev.minke.model.CausalModel;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every answer is held against the same request alone, by [Alone], which knows nothing of pages,
/// parts and company.
class EngineTest {
  private static Kernels kernels;

  @BeforeAll
  static void open() {
    kernels = new VectorKernels(2);
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  static Stream<Arguments> models() {
    return TinyRequests.models();
  }

  private static EngineSettings settings(Precision precision, int tokens, Duration step) {
    return new EngineSettings(precision, tokens, LONGEST, 16, 64, step);
  }

  @ParameterizedTest
  @MethodSource("models")
  void sixteenAtOnceAreAnsweredAsOneAfterTheOther(DecoderConfig config, Precision precision) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      try (Engine engine = new Engine(model, kernels, settings(precision, 8192, STEP))) {
        List<Answer> answers = sixteen().stream().map(one -> submit(engine, one)).toList();
        assertAnswers(model, kernels, precision, sixteen(), answers);
        assertNoPageLost(engine);
        assertThat(engine.counts().interruptions()).isZero();
      }
      try (Engine engine = new Engine(model, kernels, settings(precision, 8192, STEP))) {
        for (Request one : sixteen()) {
          // Of a user of its own, so that it finds nothing of the others.
          Request apart =
              new Request(
                  one.prompt(),
                  one.most(),
                  one.ends(),
                  one.choice(),
                  NONE,
                  terms("user " + one.prompt().length));
          int[] ids = submit(engine, apart).ids();
          assertThat(ids).isEqualTo(alone(model, kernels, precision, one));
        }
        assertThat(engine.counts().cachedTokens()).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void promptsInSmallPartsAndTooFewPagesChangeNothing(DecoderConfig config, Precision precision) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      Duration shortest = Duration.ofNanos(1);
      List<Request> requests = new ArrayList<>(sixteen());
      // Short prompts find room beside each other, their long answers do not.
      for (int i = 0; i < 6; i++) {
        requests.add(i, request(21 + 2 * i, 5 + 8 * i, 150));
      }
      try (Engine engine = new Engine(model, kernels, settings(precision, 256, shortest))) {
        List<Answer> answers = requests.stream().map(one -> submit(engine, one)).toList();
        assertAnswers(model, kernels, precision, requests, answers);
        assertNoPageLost(engine);
        assertThat(engine.counts().interruptions()).isPositive();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aPromptThatWasThereIsNotReadAgain(DecoderConfig config, Precision precision) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      Request first = request(1, 150, 20);
      int[] branched = Arrays.copyOf(first.prompt(), 180);
      branched[100] = (branched[100] + 1) % VOCAB;
      Request second = withPrompt(request(2, 1, 20), branched);
      try (Engine engine = new Engine(model, kernels, settings(precision, 1024, STEP))) {
        assertThat(submit(engine, first).ending().cached()).isZero();
        Answer again = submit(engine, first);
        Answer other = submit(engine, second);
        assertAnswers(model, kernels, precision, List.of(first, second), List.of(again, other));
        assertThat(again.ending().cached()).isEqualTo(149);
        assertThat(other.ending().cached()).isEqualTo(100);
        assertThat(engine.counts().cachedTokens()).isEqualTo(249);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void promptsThatBeginAlikeAreReadOnce(DecoderConfig config, Precision precision) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      int[] common = prompt(5, 128);
      List<Request> requests = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int[] own = Arrays.copyOf(common, 140);
        System.arraycopy(prompt(100 + i, 12), 0, own, 128, 12);
        requests.add(withPrompt(request(i, 1, 12), own));
      }
      try (Engine engine =
          new Engine(model, kernels, settings(precision, 4096, Duration.ofNanos(1)))) {
        List<Answer> answers = requests.stream().map(one -> submit(engine, one)).toList();
        assertAnswers(model, kernels, precision, requests, answers);
        assertThat(engine.counts().promptTokens()).isLessThan(128 + 8 * 12 + 64);
        assertNoPageLost(engine);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aConversationGoesOnFromItsLastAnswer(DecoderConfig config, Precision precision) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      try (Engine engine = new Engine(model, kernels, settings(precision, 1024, STEP))) {
        Request first = request(1, 70, 30);
        Answer answer = submit(engine, first);
        int[] second =
            IntStream.concat(
                    IntStream.concat(IntStream.of(first.prompt()), IntStream.of(answer.ids())),
                    IntStream.of(4, 5, 6))
                .toArray();
        Request next = withPrompt(request(2, 1, 20), second);
        Answer later = submit(engine, next);
        assertThat(later.ending().cached()).as("all but the last drawn token").isEqualTo(99);
        if (precision.generated() == AttentionForm.EXPANDED) {
          assertAnswers(model, kernels, precision, List.of(next), List.of(later));
        }
      }
    }
  }

  private static Engine engine(DecoderModel model, int active, int waiting) {
    return new Engine(
        model, kernels, new EngineSettings(Precision.EXACT, 2048, LONGEST, active, waiting, STEP));
  }

  @Test
  void aUserSeesNoPrefixesOfOthers() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), 4, 4)) {
      Request one = request(1, 150, 5);
      Request other =
          new Request(one.prompt(), one.most(), one.ends(), one.choice(), NONE, terms("other"));
      assertThat(submit(engine, one).ending().cached()).isZero();
      assertThat(submit(engine, other).ending().cached()).isZero();
      assertThat(submit(engine, other).ending().cached()).isEqualTo(149);
    }
  }

  @Test
  void usersTakeTurns() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), 1, 64)) {
      CountDownLatch go = new CountDownLatch(1);
      List<String> order = new ArrayList<>();
      Answer first =
          new Answer() {
            @Override
            public boolean writes(int id, @Nullable LogProbs logProbs) {
              await(go);
              return super.writes(id, logProbs);
            }
          };
      engine.submit(request(1, 5, 2), first);
      List<Answer> all = new ArrayList<>();
      for (String name : List.of("many", "many", "many", "many", "one", "two", "two")) {
        Request request = request(9, 5, 2);
        Answer answer =
            new Answer() {
              @Override
              public void ended(Ending how) {
                order.add(name);
                super.ended(how);
              }
            };
        engine.submit(
            new Request(
                request.prompt(),
                request.most(),
                request.ends(),
                request.choice(),
                NONE,
                terms(name)),
            answer);
        all.add(answer);
      }
      go.countDown();
      all.forEach(Answer::ending);
      assertThat(order).containsExactly("many", "one", "two", "many", "two", "many", "many");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoeverCancelsGivesItsPagesBack() throws InterruptedException {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), 2, 8)) {
      List<Generation> generations = new ArrayList<>();
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Answer answer = new Answer();
        Request request =
            new Request(prompt(i, 20), 236, Set.of(), Choice.GREEDY, NONE, Request.Terms.NONE);
        generations.add(engine.submit(request, answer));
        answers.add(answer);
      }
      answers.getFirst().awaitTokens(3);
      generations.forEach(Generation::cancel);
      for (Answer answer : answers) {
        assertThat(answer.ending().stop()).isIn(Stop.CANCELLED, Stop.LENGTH);
      }
      assertThat(answers.getLast().ids()).isEmpty();
      assertThat(answers.getLast().ending().stop()).isEqualTo(Stop.CANCELLED);
      assertNoPageLost(engine);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void logProbsAreTheModelsOwnAndTheSameInCompany(DecoderConfig config, Precision precision) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      List<LogProbs> alone = logProbs(model, precision, 1).getFirst();
      for (List<LogProbs> one : logProbs(model, precision, 8)) {
        for (int i = 0; i < alone.size(); i++) {
          assertThat(one.get(i).chosen()).isEqualTo(alone.get(i).chosen());
          assertThat(one.get(i).ids()).isEqualTo(alone.get(i).ids()).hasSize(VOCAB);
          assertThat(one.get(i).logProbs()).isEqualTo(alone.get(i).logProbs());
          double sum = Arrays.stream(one.get(i).logProbs()).map(Math::exp).sum();
          assertThat(sum).isCloseTo(1, within(1e-12));
        }
      }
    }
  }

  /// Of the same request, so many times at once, for different users.
  private static List<List<LogProbs>> logProbs(DecoderModel model, Precision precision, int times) {
    try (Engine engine = new Engine(model, kernels, settings(precision, 4096, STEP))) {
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        Answer answer = new Answer();
        engine.submit(
            new Request(prompt(3, 90), 10, Set.of(), choice(2), VOCAB, terms("user " + i)), answer);
        answers.add(answer);
      }
      return answers.stream().map(Answer::logProbs).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void anEmbeddingIsThatOfTheTextAlone(DecoderConfig config, Precision precision) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      int[] text = prompt(5, 200);
      double[] sums = new double[model.head().shape().columns()];
      float[] last = new float[sums.length];
      try (Session session =
          new Session(model, kernels, precision.arithmetic(), precision.cache(), text.length)) {
        session.append(
            text,
            AttentionForm.EXPANDED,
            (_, hidden) -> {
              for (int row = 0; row < hidden.size(0); row++) {
                hidden.copyRow(row, last);
                for (int i = 0; i < sums.length; i++) {
                  sums[i] += last[i];
                }
              }
            });
      }
      float[] mean = new float[sums.length];
      for (int i = 0; i < sums.length; i++) {
        mean[i] = (float) (sums[i] / text.length);
      }
      EngineSettings few = settings(precision, 256, Duration.ofNanos(1));
      try (Engine engine = new Engine(model, kernels, few)) {
        List<Answer> others = sixteen().stream().map(one -> submit(engine, one)).toList();
        var first = engine.embed(text, Pooling.MEAN, terms("a"));
        var second = engine.embed(text, Pooling.LAST, terms("b"));
        var again = engine.embed(text, Pooling.MEAN, terms("a"));
        assertThat(first.join()).isEqualTo(mean);
        assertThat(second.join()).isEqualTo(last);
        assertThat(again.join()).isEqualTo(mean);
        var cancelled = engine.embed(text, Pooling.MEAN, terms("a"));
        cancelled.cancel(false);
        assertAnswers(model, kernels, precision, sixteen(), others);
        awaitIdle(engine);
        assertNoPageLost(engine);
      }
    }
  }

  private static void awaitIdle(Engine engine) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (engine.counts().active() + engine.counts().waiting() > 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aPromptIsToldToBeReadBeforeItsFirstToken() {
    List<String> heard = new ArrayList<>();
    Answer answer =
        new Answer() {
          @Override
          public void reads(int done, int all) {
            heard.add("read %d of %d".formatted(done, all));
          }

          @Override
          public boolean writes(int id, @Nullable LogProbs logProbs) {
            heard.add("wrote");
            return super.writes(id, logProbs);
          }
        };
    try (ParameterStore store = store();
        Engine engine = engine(small(store), 1, 1)) {
      engine.submit(request(1, 5, 2), answer);
      assertThat(answer.ending().generated()).isEqualTo(2);
    }
    assertThat(heard).containsExactly("read 5 of 5", "wrote", "wrote");
  }

  @Test
  void theListenerEndsItBehindAToken() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), 2, 2)) {
      Answer answer = new Answer(3);
      engine.submit(request(1, 5, 50), answer);
      assertThat(answer.ids()).hasSize(3);
      assertThat(answer.ending().stop()).isEqualTo(Stop.CANCELLED);
    }
  }

  @Test
  void whoeverHasNoPatienceIsTold() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), 1, 8)) {
      Request request = request(1, 20, 200);
      Answer slow = submit(engine, request);
      Answer hasty = new Answer();
      engine.submit(
          new Request(
              request.prompt(),
              200,
              Set.of(),
              request.choice(),
              NONE,
              new Request.Terms("", Duration.ofNanos(1))),
          hasty);
      assertThat(hasty.ending().stop()).isEqualTo(Stop.DEADLINE);
      assertThat(hasty.ids()).isEmpty();
      assertThat(slow.ending().stop()).isEqualTo(Stop.LENGTH);
    }
  }

  @Test
  void tooManyAreRefusedAndToldWhenToComeBack() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), 1, 2)) {
      CountDownLatch go = new CountDownLatch(1);
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Answer answer =
            new Answer() {
              @Override
              public boolean writes(int id, @Nullable LogProbs logProbs) {
                await(go);
                return super.writes(id, logProbs);
              }
            };
        engine.submit(request(i + 1, 5, 3), answer);
        answers.add(answer);
      }
      assertThatThrownBy(
              () -> {
                engine.submit(request(7, 5, 3), new Answer());
                engine.submit(request(7, 5, 3), new Answer());
              })
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("wait already")
          .extracting(e -> ((BusyException) e).retryAfter().isNegative())
          .isEqualTo(false);
      go.countDown();
      answers.forEach(answer -> assertThat(answer.ids()).hasSize(3));
    }
  }

  @Test
  void aListenerThatFailsEndsItsOwnRequestAlone() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      try (Engine engine = engine(model, 4, 4)) {
        Answer failing =
            new Answer() {
              @Override
              public boolean writes(int id, @Nullable LogProbs logProbs) {
                throw new IllegalStateException("no room on the other side");
              }
            };
        engine.submit(request(1, 20, 20), failing);
        Request other = request(2, 20, 20);
        Answer answer = submit(engine, other);
        assertThatThrownBy(failing::ending).hasMessageContaining("no room on the other side");
        assertAnswers(model, kernels, Precision.EXACT, List.of(other), List.of(answer));
        assertNoPageLost(engine);
      }
    }
  }

  /// A model that cannot compute a certain token.
  private static CausalModel faulty(DecoderModel model, int id) {
    return (CausalModel)
        Proxy.newProxyInstance(
            CausalModel.class.getClassLoader(),
            new Class<?>[] {CausalModel.class},
            (_, method, arguments) -> {
              if (method.getName().equals("hidden") && arguments[1] instanceof CachedRows rows) {
                for (int i = 0; i < rows.tokens().tokens(); i++) {
                  if (rows.tokens().ids().getInt(0, i) == id) {
                    throw new IllegalStateException("the disk is gone");
                  }
                }
              }
              try {
                return method.invoke(model, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aStepThatFailsEndsItsOwnRequestsAndTheEngineGoesOn() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      int[] good = new int[40];
      Arrays.setAll(good, i -> i % 7);
      int[] bad = good.clone();
      bad[30] = 18;
      Request well = new Request(good, 1, Set.of(), Choice.GREEDY, NONE, Request.Terms.NONE);
      try (Engine engine =
          new Engine(faulty(model, 18), kernels, settings(Precision.EXACT, 1024, STEP))) {
        for (int round = 0; round < 3; round++) {
          Answer failing = submit(engine, withPrompt(well, bad));
          assertThatThrownBy(failing::ending).hasMessageContaining("the disk is gone");
          Answer answer = submit(engine, well);
          assertAnswers(model, kernels, Precision.EXACT, List.of(well), List.of(answer));
          assertNoPageLost(engine);
        }
      }
    }
  }

  @Test
  void whatTheContextHasNoRoomForIsRefusedOrEnds() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), 2, 2)) {
      assertThatThrownBy(() -> engine.submit(request(1, LONGEST, 1), new Answer()))
          .hasMessageContaining("1 to 255 tokens")
          .hasMessageContaining("found 256");
      assertThatThrownBy(() ->
              engine.submit(
                  new Request(
                      new int[] {1, VOCAB}, 1, Set.of(), Choice.GREEDY, NONE, Request.Terms.NONE),
                  new Answer()))
          .hasMessageContaining("found 19 at place 1");
      Answer answer = submit(engine, request(1, LONGEST - 3, 100));
      assertThat(answer.ids()).hasSize(3);
      assertThat(answer.ending().stop()).isEqualTo(Stop.LENGTH);
    }
  }

  @Test
  void drainingAnswersWhoIsThereAndTakesNobodyElse() throws InterruptedException {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), 1, 8)) {
      List<Answer> answers =
          Stream.of(1, 2, 3).map(seed -> submit(engine, request(seed, 9, 9))).toList();
      assertThat(engine.drain(Duration.ofSeconds(60))).isTrue();
      answers.forEach(answer -> assertThat(answer.isDone()).isTrue());
      assertThatThrownBy(() -> engine.submit(request(4, 9, 9), new Answer()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closing");
    }
  }

  @Test
  void closingEndsAll() {
    try (ParameterStore store = store()) {
      Engine engine = engine(small(store), 1, 8);
      List<Answer> answers =
          Stream.of(1, 2, 3).map(seed -> submit(engine, request(seed, 20, 230))).toList();
      engine.close();
      answers.forEach(
          answer -> assertThat(answer.ending().stop()).isIn(Stop.CANCELLED, Stop.LENGTH));
    }
  }

  @Test
  void fp8IsRefusedWhereThereAreNoLatents() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      EngineSettings settings = settings(Precision.FAST.with(CacheFormat.FP8), KvView.TILE, STEP);
      assertThatThrownBy(() -> new Engine(model, kernels, settings))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected F32 or BF16")
          .hasMessageContaining("found FP8");
    }
  }

  @Test
  void theCacheHasWholePages() {
    assertThat(settings(Precision.EXACT, 65, STEP).pages()).isEqualTo(2);
    assertThat(settings(Precision.EXACT, KvView.TILE, STEP).pages()).isEqualTo(1);
  }
}
