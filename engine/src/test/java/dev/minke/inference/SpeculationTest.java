package dev.minke.inference;

import static dev.minke.inference.TinyRequests.LONGEST;
import static dev.minke.inference.TinyRequests.NONE;
import static dev.minke.inference.TinyRequests.VOCAB;
import static dev.minke.inference.TinyRequests.assertAnswers;
import static dev.minke.inference.TinyRequests.assertNoPageLost;
import static dev.minke.inference.TinyRequests.choice;
import static dev.minke.inference.TinyRequests.prompt;
import static dev.minke.inference.TinyRequests.request;
import static dev.minke.inference.TinyRequests.sixteen;
import static dev.minke.inference.TinyRequests.store;
import static dev.minke.inference.TinyRequests.submit;
import static dev.minke.inference.TinyRequests.terms;
import static dev.minke.inference.TinyRequests.withPrompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.minke.Shared;
import dev.minke.checkpoint.StoredModel;
import dev.minke.inference.grammar.Grammar;
import dev.minke.inference.grammar.TokenMasks;
import dev.minke.inference.grammar.TokenTrie;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.model.decoder.TinyConfigs;
import dev.minke.nn.ParameterStore;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// With drafts every answer is what [Alone] gives, which has none; and drafts are what the formulas
/// of training give.
class SpeculationTest {
  private static final Duration STEP = Duration.ofMillis(250);
  private static final Duration SHORTEST = Duration.ofNanos(1);

  private static Kernels kernels;

  @BeforeAll
  static void open() {
    kernels = new VectorKernels(2);
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  /// Every architecture with a predictor, and how many tokens it guesses.
  static Stream<Arguments> models() {
    return TinyConfigs.all().stream()
        .map(config -> config.withPredictors(1))
        .flatMap(config ->
            Stream.of(
                    arguments(config, Precision.EXACT, 1),
                    arguments(config, Precision.FAST, 1),
                    arguments(config, Precision.EXACT, 3),
                    arguments(config, Precision.FAST.with(CacheFormat.FP8), 2))
                .filter(one -> isPossible(config, (Precision) one.get()[1])));
  }

  private static boolean isPossible(DecoderConfig config, Precision precision) {
    return TinyRequests.isPossible(config, precision.cache());
  }

  private static EngineSettings settings(
      Precision precision, int tokens, Duration step, int drafts) {
    return new EngineSettings(precision, tokens, LONGEST, 16, 64, step).withDrafts(drafts);
  }

  private static DecoderModel v3(ParameterStore store) {
    DecoderConfig config =
        TinyConfigs.all().stream().filter(one -> one.predictors() == 1).findFirst().orElseThrow();
    return DecoderModel.of(store, config);
  }

  @ParameterizedTest
  @MethodSource("models")
  void sixteenAtOnceAreAnsweredAsWithoutDrafts(
      DecoderConfig config, Precision precision, int drafts) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      try (Engine engine = new Engine(model, kernels, settings(precision, 8192, STEP, drafts))) {
        List<Answer> answers = sixteen().stream().map(one -> submit(engine, one)).toList();
        assertAnswers(model, kernels, precision, sixteen(), answers);
        assertNoPageLost(engine);
        EngineCounts counts = engine.counts();
        assertThat(counts.acceptedTokens()).isPositive().isLessThan(counts.draftedTokens());
        assertThat(counts.draftedTokens())
            .isEqualTo(answers.stream().mapToLong(one -> one.ending().drafted()).sum());
        assertThat(counts.acceptedTokens())
            .isEqualTo(answers.stream().mapToLong(one -> one.ending().accepted()).sum());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void promptsInSmallPartsAndTooFewPagesChangeNothing(
      DecoderConfig config, Precision precision, int drafts) {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      List<Request> requests = new ArrayList<>(sixteen());
      for (int i = 0; i < 6; i++) {
        requests.add(i, request(21 + 2 * i, 5 + 8 * i, 150));
      }
      try (Engine engine = new Engine(model, kernels, settings(precision, 256, SHORTEST, drafts))) {
        List<Answer> answers = requests.stream().map(one -> submit(engine, one)).toList();
        assertAnswers(model, kernels, precision, requests, answers);
        assertNoPageLost(engine);
        assertThat(engine.counts().interruptions()).isPositive();
      }
    }
  }

  /// How often the predictor was asked and right, found from the whole text.
  private record Guesses(int drafted, int accepted) {
    Guesses(Ending ending) {
      this(ending.drafted(), ending.accepted());
    }
  }

  /// What comes of a request with one draft at a time, by the formula of training: row `t` of the
  /// predictor, which has seen the tokens to `t + 1`, guesses the one at `t + 2`.
  private static Guesses expected(DecoderModel model, Request request, Answer answer) {
    int[] ids =
        IntStream.concat(IntStream.of(request.prompt()), IntStream.of(answer.ids())).toArray();
    int prompt = request.prompt().length;
    int limit = Math.min(LONGEST, prompt + request.most());
    boolean ended = answer.ending().stop() == Stop.END_OF_TEXT;
    SeenTokens seen = new SeenTokens(request.choice().rules(), VOCAB, request.prompt());
    int drafted = 0;
    int accepted = 0;
    try (Arena arena = Arena.ofConfined()) {
      float[] all = Logits.ofPredictor(model, kernels, ids, arena).toFloatArray();
      int next = prompt;
      int passed = prompt;
      while (passed < ids.length) {
        next = passed + 1;
        seen.accept(ids[passed]);
        boolean goesOn = next < ids.length || ended;
        if (goesOn && next + 1 < limit) {
          float[] logits = Arrays.copyOfRange(all, (next - 2) * VOCAB, (next - 1) * VOCAB);
          seen.apply(logits);
          int draft = request.choice().sampler().sample(logits, next);
          drafted += request.ends().contains(draft) ? 0 : 1;
          if (next < ids.length && draft == ids[next]) {
            accepted++;
            seen.accept(ids[next]);
            next++;
          }
        }
        passed = next;
      }
    }
    return new Guesses(drafted, accepted);
  }

  private static void assertGuesses(DecoderModel model, Request request, Answer answer) {
    assertThat(new Guesses(answer.ending()))
        .as("prompt of %d", request.prompt().length)
        .isEqualTo(expected(model, request, answer));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 250_000_000})
  void draftsAreWhatTheFormulaOfTrainingGivesInAnyCompany(long stepNanos) {
    try (ParameterStore store = store()) {
      DecoderModel model = v3(store);
      EngineSettings settings = settings(Precision.EXACT, 8192, Duration.ofNanos(stepNanos), 1);
      try (Engine engine = new Engine(model, kernels, settings)) {
        List<Answer> answers = sixteen().stream().map(one -> submit(engine, one)).toList();
        for (int i = 0; i < answers.size(); i++) {
          assertGuesses(model, sixteen().get(i), answers.get(i));
        }
      }
    }
  }

  /// What the predictor keeps of a position depends on the next token. So that of the last position
  /// which two prompts have in common is right for one of them alone.
  @ParameterizedTest
  @ValueSource(ints = {1, 62, 63, 64, 65, 100, 127, 128, 129, 149})
  void aPrefixIsFoundAsFarAsItIsRightForThePredictor(int differsAt) {
    try (ParameterStore store = store()) {
      DecoderModel model = v3(store);
      EngineSettings settings = settings(Precision.EXACT, 2048, STEP, 1);
      try (Engine engine = new Engine(model, kernels, settings)) {
        Request first = request(1, 150, 40);
        int[] branched = Arrays.copyOf(first.prompt(), 180);
        branched[differsAt] = (branched[differsAt] + 1) % VOCAB;
        Request second = withPrompt(request(2, 1, 40), branched);
        assertThat(submit(engine, first).ending().cached()).isZero();
        Answer other = submit(engine, second);
        assertThat(other.ending().cached()).isEqualTo(differsAt - 1);
        Answer again = submit(engine, first);
        assertThat(again.ending().cached()).isEqualTo(149);
        assertAnswers(
            model, kernels, Precision.EXACT, List.of(first, second), List.of(again, other));
        assertGuesses(model, first, again);
        assertGuesses(model, second, other);
        assertNoPageLost(engine);
      }
    }
  }

  @Test
  void promptsThatBeginAlikeAreReadOnce() {
    try (ParameterStore store = store()) {
      DecoderModel model = v3(store);
      int[] common = prompt(5, 2 * KvView.TILE + 1);
      List<Request> requests = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int[] own = Arrays.copyOf(common, 140);
        System.arraycopy(prompt(100 + i, 11), 0, own, common.length, 11);
        requests.add(withPrompt(request(i, 1, 30), own));
      }
      EngineSettings settings = settings(Precision.EXACT, 4096, SHORTEST, 1);
      try (Engine engine = new Engine(model, kernels, settings)) {
        List<Answer> answers = requests.stream().map(one -> submit(engine, one)).toList();
        assertAnswers(model, kernels, Precision.EXACT, requests, answers);
        for (int i = 0; i < answers.size(); i++) {
          assertGuesses(model, requests.get(i), answers.get(i));
        }
        assertThat(engine.counts().promptTokens()).isLessThan(128 + 8 * 12 + 64);
        assertNoPageLost(engine);
      }
    }
  }

  @Test
  void aConversationGoesOnFromItsLastAnswer() {
    try (ParameterStore store = store()) {
      DecoderModel model = v3(store);
      EngineSettings settings = settings(Precision.EXACT, 1024, STEP, 1);
      try (Engine engine = new Engine(model, kernels, settings)) {
        Request first = request(1, 70, 30);
        IntStream said =
            IntStream.concat(
                IntStream.of(first.prompt()), IntStream.of(submit(engine, first).ids()));
        int[] all = IntStream.concat(said, IntStream.of(4, 5, 6)).toArray();
        Request next = withPrompt(request(2, 1, 30), all);
        Answer later = submit(engine, next);
        assertThat(later.ending().cached()).as("all but the last drawn token").isEqualTo(99);
        assertAnswers(model, kernels, Precision.EXACT, List.of(next), List.of(later));
        assertGuesses(model, next, later);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"63, 0", "64, 0", "65, 64", "128, 64", "129, 128", "149, 128"})
  void aRestartedEngineFindsOnDiskWhatIsRightForThePredictor(
      int differsAt, int found, @TempDir Path folder) {
    EngineSettings settings =
        settings(Precision.EXACT, 2048, STEP, 1)
            .withModel("tiny")
            .withDisk(new DiskCache(folder, 1 << 24));
    try (ParameterStore store = store()) {
      DecoderModel model = v3(store);
      Request first = request(1, 150, 40);
      int[] branched = Arrays.copyOf(first.prompt(), 180);
      branched[differsAt] = (branched[differsAt] + 1) % VOCAB;
      Request second = withPrompt(request(2, 1, 40), branched);
      try (Engine engine = new Engine(model, kernels, settings)) {
        assertThat(submit(engine, first).ending().cached()).isZero();
      }
      try (Engine engine = new Engine(model, kernels, settings)) {
        Answer other = submit(engine, second);
        assertThat(other.ending().cached()).isEqualTo(found);
        assertAnswers(model, kernels, Precision.EXACT, List.of(second), List.of(other));
        assertGuesses(model, second, other);
      }
    }
  }

  @Test
  void aSessionGoesOnFromWhatIsRightForThePredictor() {
    try (ParameterStore store = store()) {
      DecoderModel model = v3(store);
      EngineSettings settings = settings(Precision.EXACT, 2048, STEP, 1);
      try (Engine engine = new Engine(model, kernels, settings);
          EngineSession session = engine.session()) {
        Request first = request(1, 70, 30);
        Answer answer = new Answer();
        session.submit(first, answer);
        assertAnswers(model, kernels, Precision.EXACT, List.of(first), List.of(answer));
        try (EngineSession fork = session.fork()) {
          int[] longer = Arrays.copyOf(session.tokens(), 110);
          assertGoesOn(model, session, withPrompt(request(2, 1, 30), longer), 99);
          fork.rewind(80);
          int[] others = Arrays.copyOf(fork.tokens(), 100);
          assertGoesOn(model, fork, withPrompt(request(4, 1, 30), others), 79);
          fork.rewind(0);
          assertGoesOn(model, fork, withPrompt(request(5, 1, 30), prompt(77, 20)), 0);
        }
      }
    }
  }

  private static void assertGoesOn(
      DecoderModel model, EngineSession session, Request request, int cached) {
    Answer answer = new Answer();
    session.submit(request, answer);
    assertAnswers(model, kernels, Precision.EXACT, List.of(request), List.of(answer));
    assertThat(answer.ending().cached()).isGreaterThanOrEqualTo(cached);
    assertGuesses(model, request, answer);
  }

  /// Embeddings and answers have pages in common; the last position of a text that is not continued
  /// has not passed the predictor.
  @Test
  void anEmbeddedTextIsAPrefixAsFarAsItPassedThePredictor() {
    try (ParameterStore store = store()) {
      DecoderModel model = v3(store);
      EngineSettings settings = settings(Precision.EXACT, 1024, STEP, 1);
      try (Engine engine = new Engine(model, kernels, settings)) {
        int[] text = prompt(3, 64);
        assertThat(engine.embed(text, Pooling.LAST, terms("")).join()).hasSize(10);
        Request next = withPrompt(request(1, 1, 30), Arrays.copyOf(text, 80));
        Answer answer = submit(engine, next);
        assertThat(answer.ending().cached()).isEqualTo(63);
        assertGuesses(model, next, answer);
        assertNoPageLost(engine);
      }
    }
  }

  static Stream<Arguments> scripts() {
    Sampler sampler = new Sampler(0.8, 0, 0.98, 5);
    return Stream.of(
            Choice.GREEDY,
            Choice.of(sampler),
            new Choice(sampler, new LogitRules(1.3, 8, 0.2, 0.5, Map.of(7, 3.0))))
        .flatMap(choice -> IntStream.of(1, 2, 4).mapToObj(drafts -> arguments(choice, drafts)));
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void aPerfectDraftIsAlwaysAccepted(Choice choice, int drafts) {
    int steps = 1 + 8;
    Request request =
        new Request(new int[] {1, 2, 3}, 1 + 8 * (1 + drafts), Set.of(), choice, NONE, terms(""));
    try (ScriptedModel model = new ScriptedModel(true)) {
      int[] plain = scripted(model, request, 0, 1 + 8 * (1 + drafts), new Guesses(0, 0));
      Guesses all = new Guesses(8 * drafts, 8 * drafts);
      assertThat(scripted(model, request, drafts, steps, all)).isEqualTo(plain);
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void aWrongDraftNeverIsAndChangesNothing(Choice choice, int drafts) {
    int most = 40;
    Request request = new Request(new int[] {1, 2, 3}, most, Set.of(), choice, NONE, terms(""));
    try (ScriptedModel model = new ScriptedModel(false)) {
      int[] plain = scripted(model, request, 0, most, new Guesses(0, 0));
      // Before the last tokens there is no room for as many.
      int room = most - 1 - drafts;
      int drafted = room * drafts + drafts * (drafts - 1) / 2;
      assertThat(scripted(model, request, drafts, most, new Guesses(drafted, 0))).isEqualTo(plain);
    }
  }

  private static int[] scripted(
      ScriptedModel model, Request request, int drafts, int steps, Guesses guesses) {
    EngineSettings settings = settings(Precision.EXACT, 1024, STEP, drafts);
    try (Engine engine = new Engine(model, kernels, settings)) {
      Answer answer = submit(engine, request);
      assertThat(new Guesses(answer.ending())).isEqualTo(guesses);
      int[] ids = answer.ids();
      assertThat(ids).hasSize(request.most());
      assertThat(engine.counts().steps()).isEqualTo(steps);
      return ids;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void aGrammarIsKeptAndGuessedBy(int drafts) {
    byte[][] letters = new byte[VOCAB][];
    Arrays.setAll(letters, id -> new byte[] {(byte) ('a' + id)});
    int end = VOCAB - 1;
    TokenMasks masks =
        new TokenMasks(
            Grammar.ofRegex("(a[b-g]{2}hij|k(lm){3}[n-q]){1,30}"),
            new TokenTrie(VOCAB, id -> letters[id], id -> id == end));
    try (ParameterStore store = store()) {
      DecoderModel model = v3(store);
      List<Request> requests =
          IntStream.range(0, 12)
              .mapToObj(i ->
                  new Request(
                      prompt(i, 10 + 9 * i),
                      60,
                      Set.of(end),
                      choice(i).within(masks),
                      NONE,
                      terms("")))
              .toList();
      EngineSettings settings = settings(Precision.EXACT, 4096, STEP, drafts);
      try (Engine engine = new Engine(model, kernels, settings)) {
        List<Answer> answers = requests.stream().map(one -> submit(engine, one)).toList();
        assertAnswers(model, kernels, Precision.EXACT, requests, answers);
        EngineCounts counts = engine.counts();
        // Half of the letters are the only ones that the grammar leaves.
        assertThat(counts.acceptedTokens()).isGreaterThan(counts.generatedTokens() / 4);
        assertNoPageLost(engine);
      }
    }
  }

  @Test
  void logProbsAreThoseWithoutDrafts() {
    try (ParameterStore store = store()) {
      DecoderModel model = v3(store);
      assertThat(logProbs(model, 2)).usingRecursiveComparison().isEqualTo(logProbs(model, 0));
    }
  }

  private static List<LogProbs> logProbs(DecoderModel model, int drafts) {
    EngineSettings settings = settings(Precision.EXACT, 1024, STEP, drafts);
    try (Engine engine = new Engine(model, kernels, settings)) {
      Answer answer = new Answer();
      engine.submit(new Request(prompt(3, 90), 60, Set.of(), choice(2), VOCAB, terms("")), answer);
      return List.copyOf(answer.logProbs());
    }
  }

  @Test
  void whoeverCancelsGivesItsPagesBack() throws InterruptedException {
    try (ParameterStore store = store()) {
      EngineSettings settings = settings(Precision.EXACT, 1024, STEP, 3);
      try (Engine engine = new Engine(v3(store), kernels, settings)) {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          Answer answer = new Answer(1 + 9 * i);
          Generation generation =
              engine.submit(
                  new Request(
                      prompt(i, 50), 200, Set.of(), Choice.GREEDY, NONE, Request.Terms.NONE),
                  answer);
          if (i == 5) {
            answer.awaitTokens(5);
            generation.cancel();
          }
          answers.add(answer);
        }
        for (int i = 0; i < 5; i++) {
          assertThat(answers.get(i).ids()).as("behind a token, drafts or not").hasSize(1 + 9 * i);
        }
        assertThat(answers.getLast().ending().stop()).isIn(Stop.CANCELLED, Stop.LENGTH);
        assertNoPageLost(engine);
      }
    }
  }

  /// Text of transformers.
  @Test
  void greedyTextIsTheGoldens() {
    Path directory = Shared.shared("golden/deepseek-v3-tiny");
    JsonNode expected =
        JsonMapper.shared().readTree(directory.resolve("expected/expected.json").toFile());
    try (StoredModel stored = StoredModel.open(directory)) {
      for (Precision precision : List.of(Precision.EXACT, Precision.FAST)) {
        EngineSettings settings = settings(precision, 1024, STEP, 2);
        try (Engine engine = new Engine(stored.model(), kernels, settings)) {
          for (JsonNode one : expected.path("greedy")) {
            int[] text = ints(one.path("continuation"));
            Answer answer =
                submit(
                    engine,
                    new Request(
                        ints(one.path("prompt")),
                        text.length,
                        Set.of(),
                        Choice.GREEDY,
                        NONE,
                        terms("")));
            assertThat(answer.ids()).isEqualTo(text);
            assertThat(answer.ending().drafted()).isPositive();
          }
        }
      }
    }
  }

  private static int[] ints(JsonNode array) {
    return array.values().stream().mapToInt(JsonNode::intValue).toArray();
  }

  @Test
  void aModelWithoutAPredictorIsRefused() {
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, TinyConfigs.all().getFirst());
      EngineSettings settings = settings(Precision.EXACT, 1024, STEP, 1);
      assertThatThrownBy(() -> new Engine(model, kernels, settings))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("drafts")
          .hasMessageContaining("no predictor");
    }
  }
}
