package dev.minke.inference;

import static dev.minke.inference.TinyRequests.LONGEST;
import static dev.minke.inference.TinyRequests.STEP;
import static dev.minke.inference.TinyRequests.alone;
import static dev.minke.inference.TinyRequests.join;
import static dev.minke.inference.TinyRequests.prompt;
import static dev.minke.inference.TinyRequests.request;
import static dev.minke.inference.TinyRequests.small;
import static dev.minke.inference.TinyRequests.store;
import static dev.minke.inference.TinyRequests.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a session answers is held against the same prompt alone, by [Alone].
class EngineSessionTest {
  private static Kernels kernels;

  @TempDir private Path folder;

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

  private static EngineSettings settings(Precision precision, int tokens) {
    return new EngineSettings(precision, tokens, LONGEST, 16, 64, STEP).withModel("tiny");
  }

  private static Engine engine(DecoderModel model, int tokens) {
    return new Engine(model, kernels, settings(Precision.EXACT, tokens));
  }

  private static Answer submit(EngineSession session, Request request) {
    Answer answer = new Answer();
    session.submit(request, answer);
    return answer;
  }

  private static void assertAnswers(DecoderModel model, Request request, Answer answer) {
    assertThat(answer.ids()).isEqualTo(alone(model, kernels, Precision.EXACT, request));
  }

  /// One that has answered, of prompt and answer.
  private static EngineSession begun(Engine engine, int[] prompt, int most) {
    EngineSession session = engine.session();
    submit(session, request("", prompt, most)).ids();
    return session;
  }

  @ParameterizedTest
  @MethodSource("models")
  void aForkAndARestoredOneGoOnAsTheSessionItself(DecoderConfig config, Precision precision)
      throws IOException {
    Path file = folder.resolve("session");
    int[] more = prompt(7, 20);
    int[] tokens;
    int[] expected;
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      try (Engine engine = new Engine(model, kernels, settings(precision, 1024));
          EngineSession session = engine.session()) {
        Request first = request("", prompt(1, 100), 30);
        assertThat(submit(session, first).ids()).isEqualTo(alone(model, kernels, precision, first));
        session.save(file);
        tokens = session.tokens();
        try (EngineSession fork = session.fork()) {
          // Of users of their own, so that nothing comes from the tree.
          Request next = request("fork", join(tokens, more), 20);
          Answer ofFork = submit(fork, next);
          Answer own = submit(session, request("own", join(tokens, more), 20));
          expected = own.ids();
          assertThat(ofFork.ids()).isEqualTo(expected);
          assertThat(own.ending().cached()).isEqualTo(129);
          assertThat(ofFork.ending().cached()).isEqualTo(129);
        }
      }
      try (Engine engine = new Engine(model, kernels, settings(precision, 1024))) {
        try (EngineSession restored = engine.restore(file)) {
          assertThat(restored.tokens()).isEqualTo(tokens);
          Answer answer = submit(restored, request("", join(tokens, more), 20));
          assertThat(answer.ids()).isEqualTo(expected);
          assertThat(answer.ending().cached()).isEqualTo(129);
        }
        assertThat(engine.counts().usedPages()).isZero();
      }
      assertThat(Files.size(file))
          .as("no row of anybody else")
          .isEqualTo(64 + 4L * tokens.length + 129 * model.cacheShape().bytes(precision.cache()));
    }
  }

  @Test
  void aConversationReadsOnlyWhatIsNew() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      try (Engine engine = engine(model, 1024);
          EngineSession session = engine.session()) {
        int[] prompt = prompt(1, 30);
        int there = 0;
        for (int turn = 0; turn < 5; turn++) {
          Request request = request("", prompt, 12);
          Answer answer = submit(session, request);
          assertAnswers(model, request, answer);
          assertThat(answer.ending().cached()).isEqualTo(there);
          assertThat(session.tokens()).isEqualTo(join(prompt, answer.ids()));
          there = session.length() - 1;
          prompt = join(session.tokens(), prompt(turn + 9, 7));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 100, 127, 128, 129, 148})
  void aRewoundSessionGoesOnFromThere(int kept) {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      try (Engine engine = engine(model, 1024)) {
        try (EngineSession session = begun(engine, prompt(1, 120), 30)) {
          int[] tokens = session.tokens();
          session.rewind(kept);
          assertThat(session.tokens()).isEqualTo(Arrays.copyOf(tokens, kept));
          Request request = request("other", join(session.tokens(), prompt(3, 40)), 12);
          Answer answer = submit(session, request);
          assertAnswers(model, request, answer);
          assertThat(answer.ending().cached()).isGreaterThanOrEqualTo(kept);
          assertThatThrownBy(() -> session.rewind(1000)).hasMessageContaining("found 1000");
        }
        assertThat(engine.counts().usedPages()).isZero();
      }
    }
  }

  @Test
  void pagesOfASessionStayWhateverOthersNeed() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      try (Engine engine = engine(model, 512)) {
        try (EngineSession session = begun(engine, prompt(1, 120), 30)) {
          List<Request> requests = new ArrayList<>();
          List<Answer> answers = new ArrayList<>();
          for (int i = 0; i < 12; i++) {
            requests.add(request("", prompt(i + 5, 150 + i), 40));
            answers.add(TinyRequests.submit(engine, requests.getLast()));
          }
          for (int i = 0; i < 12; i++) {
            assertAnswers(model, requests.get(i), answers.get(i));
          }
          assertThat(engine.counts().usedPages()).isEqualTo(3);
          Request next = request("", join(session.tokens(), prompt(3, 5)), 12);
          Answer answer = submit(session, next);
          assertAnswers(model, next, answer);
          assertThat(answer.ending().cached()).isEqualTo(149);
        }
        assertThat(engine.counts().usedPages()).isZero();
      }
    }
  }

  @Test
  void whereSessionsHoldAllPagesRequestsAreToldAndTheEngineGoesOn() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      try (Engine engine = engine(model, 256)) {
        List<EngineSession> sessions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          sessions.add(begun(engine, prompt(i, 20), 10));
        }
        Request large = request("", prompt(9, 100), 10);
        Answer refused = TinyRequests.submit(engine, large);
        assertThatThrownBy(refused::ending).hasMessageContaining("sessions hold so many");
        Request tiny = request("", prompt(9, 20), 10);
        assertAnswers(model, tiny, TinyRequests.submit(engine, tiny));
        assertThat(engine.counts().usedPages()).isEqualTo(3);
        sessions.forEach(EngineSession::close);
        assertAnswers(model, large, TinyRequests.submit(engine, large));
        assertThat(engine.counts().usedPages()).isZero();
      }
    }
  }

  @Test
  void oneRequestAtATime() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      try (Engine engine = engine(model, 512);
          EngineSession session = begun(engine, prompt(1, 50), 10)) {
        CountDownLatch go = new CountDownLatch(1);
        Answer slow =
            new Answer() {
              @Override
              public boolean writes(int id, @Nullable LogProbs logProbs) {
                try {
                  go.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                return super.writes(id, logProbs);
              }
            };
        session.submit(request("", prompt(2, 70), 10), slow);
        assertThatThrownBy(() -> submit(session, request("", prompt(2, 70), 10)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("expected no request under way");
        assertThatThrownBy(() -> session.rewind(3)).isInstanceOf(IllegalStateException.class);
        EngineSession fork = session.fork();
        assertThat(fork.length()).as("what was there before").isEqualTo(60);
        go.countDown();
        assertThat(slow.ids()).hasSize(10);
        fork.close();
        assertThatThrownBy(fork::fork).hasMessage("session: it is closed");
        assertThatThrownBy(() -> session.submit(request("", prompt(2, LONGEST), 1), new Answer()))
            .isInstanceOf(IllegalArgumentException.class);
        assertThat(submit(session, request("", prompt(2, 20), 3)).ids()).hasSize(3);
      }
    }
  }

  @Test
  void aSavedFileThatIsNotItsOwnIsRefusedInOneLine() throws IOException {
    Path file = folder.resolve("session");
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      try (Engine engine = engine(model, 512);
          EngineSession session = begun(engine, prompt(1, 100), 10)) {
        session.save(file);
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
          byte[] bad = i % 2 == 0 ? good.clone() : Arrays.copyOf(good, random.nextInt(good.length));
          if (i % 2 == 0) {
            bad[random.nextInt(bad.length)] ^= 4;
          }
          Path damaged = Files.write(folder.resolve("damaged"), bad);
          assertThatThrownBy(() -> engine.restore(damaged))
              .isInstanceOf(CheckpointException.class)
              .hasMessageStartingWith(damaged.toString());
        }
        assertThat(engine.counts().usedPages()).isEqualTo(2);
        assertThatThrownBy(() -> engine.restore(folder.resolve("missing")))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("no such file");
        assertThatThrownBy(() -> session.save(folder.resolve("no/such/folder")))
            .isInstanceOf(CheckpointException.class);
      }
      for (EngineSettings other :
          List.of(
              settings(Precision.EXACT, 512).withModel("other"), settings(Precision.FAST, 512))) {
        try (Engine engine = new Engine(model, kernels, other)) {
          assertThatThrownBy(() -> engine.restore(file))
              .isInstanceOf(CheckpointException.class)
              .hasMessage(
                  file + ": expected a session of this model and precision, found one of others");
        }
      }
      EngineSettings few =
          new EngineSettings(Precision.EXACT, 512, 100, 16, 64, STEP).withModel("tiny");
      try (Engine engine = new Engine(model, kernels, few)) {
        assertThatThrownBy(() -> engine.restore(file))
            .hasMessageContaining("at most 100 tokens, the context, found 110");
      }
      try (Engine engine =
              new Engine(model, kernels, settings(Precision.EXACT, 512).withModel(""));
          EngineSession session = begun(engine, prompt(1, 100), 10)) {
        assertThatThrownBy(() -> session.save(file)).hasMessageContaining("which model it is");
        assertThat(engine.counts().usedPages()).isEqualTo(2);
      }
      try (Engine engine = engine(model, 128);
          EngineSession _ = begun(engine, prompt(2, 20), 10)) {
        assertThatThrownBy(() -> engine.restore(file))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("expected 2 pages that are free, found 1 of 2");
        assertThat(engine.counts().usedPages()).isEqualTo(1);
      }
    }
  }

  @Test
  void aSessionMayOutliveItsEngine() {
    try (ParameterStore store = store()) {
      Engine engine = engine(small(store), 512);
      EngineSession session = begun(engine, prompt(1, 100), 10);
      engine.close();
      assertThatThrownBy(() -> session.save(folder.resolve("late")))
          .hasMessageContaining("engine: it is closed");
      assertThatThrownBy(() -> submit(session, request("", prompt(1, 9), 1)))
          .isInstanceOf(IllegalStateException.class);
      session.close();
      session.close();
    }
  }

  /// Any operations in any order, with too few pages and a disk: no answer is changed and no page
  /// is lost.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noOperationsChangeAnAnswerOrLoseAPage(long seed) throws IOException {
    Random random = new Random(seed);
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      EngineSettings settings =
          settings(Precision.EXACT, 14 * 64)
              .withDisk(new DiskCache(folder.resolve("cache"), 200_000));
      try (Engine engine = new Engine(model, kernels, settings)) {
        Operations operations = new Operations(model, engine, random, folder);
        for (int i = 0; i < 160; i++) {
          operations.next();
        }
        operations.end();
        assertThat(engine.counts().usedPages()).isZero();
        assertThat(engine.counts().disk().damagedUnits()).isZero();
        assertThat(operations.checked).isGreaterThan(20);
      }
    }
  }

  private static final class Operations {
    private final DecoderModel model;
    private final Engine engine;
    private final Random random;
    private final Path folder;
    private final List<EngineSession> sessions = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<Generation> generations = new ArrayList<>();
    private int checked;

    Operations(DecoderModel model, Engine engine, Random random, Path folder) {
      this.model = model;
      this.engine = engine;
      this.random = random;
      this.folder = folder;
    }

    void next() {
      int one = sessions.isEmpty() ? -1 : random.nextInt(sessions.size());
      switch (random.nextInt(10)) {
        case 0 -> sessions.add(engine.session());
        case 1 -> fork(one);
        case 2 -> rewind(one);
        case 3 -> restore(one);
        case 4, 5 -> goOn(one);
        case 6 -> submitAlone();
        case 7 -> cancel();
        case 8 -> closeOne(one);
        default -> check();
      }
      while (sessions.size() > 3) {
        sessions.removeFirst().close();
      }
    }

    private void fork(int one) {
      if (one >= 0) {
        sessions.add(sessions.get(one).fork());
      }
    }

    private void rewind(int one) {
      if (one >= 0) {
        EngineSession session = sessions.get(one);
        check();
        session.rewind(random.nextInt(session.length() + 1));
      }
    }

    private void restore(int one) {
      if (one >= 0) {
        Path file = folder.resolve("saved");
        sessions.get(one).save(file);
        try {
          sessions.add(engine.restore(file));
        } catch (IllegalStateException e) {
          assertThat(e).hasMessageContaining("pages that are free");
        }
      }
    }

    private void goOn(int one) {
      if (one >= 0) {
        EngineSession session = sessions.get(one);
        check();
        int[] there = session.tokens();
        int kept = Math.min(there.length, 180);
        int[] more = prompt(random.nextInt(), 1 + random.nextInt(60));
        Request request =
            request("", join(Arrays.copyOf(there, kept), more), 1 + random.nextInt(30));
        Answer answer = new Answer();
        generations.add(session.submit(request, answer));
        requests.add(request);
        answers.add(answer);
      }
    }

    private void submitAlone() {
      Request request =
          request("", prompt(random.nextInt(4), 1 + random.nextInt(180)), 1 + random.nextInt(30));
      Answer answer = new Answer();
      generations.add(engine.submit(request, answer));
      requests.add(request);
      answers.add(answer);
    }

    private void cancel() {
      if (!generations.isEmpty()) {
        generations.get(random.nextInt(generations.size())).cancel();
      }
    }

    private void closeOne(int one) {
      if (one >= 0) {
        sessions.remove(one).close();
      }
    }

    /// Waits for all answers.
    private void check() {
      for (int i = 0; i < requests.size(); i++) {
        Answer answer = answers.get(i);
        int[] expected = alone(model, kernels, Precision.EXACT, requests.get(i));
        int[] ids = answer.ids();
        assertThat(ids).isEqualTo(Arrays.copyOf(expected, ids.length));
        if (answer.ending().stop() != Stop.CANCELLED) {
          assertThat(ids).hasSameSizeAs(expected);
          checked++;
        }
      }
      requests.clear();
      answers.clear();
      generations.clear();
    }

    void end() {
      check();
      sessions.forEach(EngineSession::close);
      long end = System.nanoTime() + 20_000_000_000L;
      while (engine.counts().usedPages() > 0 && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
  }
}
