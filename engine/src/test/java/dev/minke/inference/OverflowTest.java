package dev.minke.inference;

import static dev.minke.inference.TinyRequests.LONGEST;
import static dev.minke.inference.TinyRequests.STEP;
import static dev.minke.inference.TinyRequests.join;
import static dev.minke.inference.TinyRequests.prompt;
import static dev.minke.inference.TinyRequests.small;
import static dev.minke.inference.TinyRequests.store;
import static dev.minke.inference.TinyRequests.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.inference.grammar.Grammar;
import dev.minke.inference.grammar.TokenMasks;
import dev.minke.inference.grammar.TokenTrie;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What is left of a text is held against the same text sent by itself, by [Alone].
class OverflowTest {
  private static final int KEEP = 16;

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
    return TinyRequests.models()
        .filter(model -> ((Precision) model.get()[1]).cache() == CacheFormat.F32);
  }

  private static Request request(int[] prompt, int most, Overflow overflow) {
    LogitRules rules = new LogitRules(1.2, 0, 0.1, 0.3, Map.of(4, -2.0));
    return new Request(
        prompt,
        most,
        Set.of(),
        new Choice(
            new Sampler(1.3, 0, 0.95, prompt.length),
            prompt.length % 2 == 0 ? rules : LogitRules.NONE),
        Request.NO_LOG_PROBS,
        new Request.Terms("", null, overflow));
  }

  private static Engine engine(DecoderModel model, Precision precision, int tokens, Duration step) {
    return new Engine(model, kernels, new EngineSettings(precision, tokens, LONGEST, 16, 64, step));
  }

  /// Sends what is left by itself whenever the context is full.
  private static int[] oneAfterTheOther(DecoderModel model, Precision precision, Request request) {
    Alone alone = new Alone(model, kernels, precision);
    int[] text = request.prompt();
    int[] answer = {};
    while (answer.length < request.most()) {
      int left = request.most() - answer.length;
      if (text.length >= LONGEST) {
        int room = Math.min(left, (LONGEST - KEEP) / 2);
        int newest = LONGEST - KEEP - room;
        text =
            join(
                Arrays.copyOf(text, KEEP),
                Arrays.copyOfRange(text, text.length - newest, text.length));
      }
      int most = Math.min(left, LONGEST - text.length);
      int[] part = alone.answer(new Request(text, most, Set.of(), request.choice()));
      answer = join(answer, part);
      text = join(text, part);
    }
    return answer;
  }

  @ParameterizedTest
  @MethodSource("models")
  void whatIsLeftIsAnsweredAsIfItHadBeenThePrompt(DecoderConfig config, Precision precision) {
    Overflow drops = new Overflow.DropMiddle(KEEP);
    List<Request> requests = new ArrayList<>();
    requests.add(request(prompt(1, 300), 40, drops));
    requests.add(request(prompt(3, 231), 190, drops));
    requests.add(request(prompt(4, 256), 1, drops));
    requests.add(request(prompt(6, 30), 20, drops));
    try (ParameterStore store = store()) {
      DecoderModel model = DecoderModel.of(store, config);
      for (Engine engine :
          List.of(
              engine(model, precision, 4096, STEP),
              engine(model, precision, 320, Duration.ofNanos(1)))) {
        try (engine) {
          List<Answer> answers = requests.stream().map(one -> submit(engine, one)).toList();
          for (int i = 0; i < requests.size(); i++) {
            assertThat(answers.get(i).ids())
                .as("request %d", i)
                .isEqualTo(oneAfterTheOther(model, precision, requests.get(i)));
            assertThat(answers.get(i).ending().stop()).isEqualTo(Stop.LENGTH);
          }
          assertThat(engine.counts().usedPages()).isZero();
        }
      }
    }
  }

  @Test
  void theEndingSaysWhatWasDropped() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), Precision.EXACT, 1024, STEP)) {
      Overflow drops = new Overflow.DropMiddle(KEEP);
      assertThat(submit(engine, request(prompt(1, 300), 40, drops)).ending())
          .isEqualTo(new Ending(Stop.LENGTH, 216, 0, 40, 84, 0, 0));
      assertThat(submit(engine, request(prompt(2, 200), 300, drops)).ending())
          .isEqualTo(new Ending(Stop.LENGTH, 200, 0, 300, 120 + 120 + 4, 0, 0));
      assertThat(submit(engine, request(prompt(3, 20), 30, drops)).ending())
          .isEqualTo(new Ending(Stop.LENGTH, 20, 0, 30, 0, 0, 0));
    }
  }

  @Test
  void readingIsToldToTheEndAndNotAgainWhenTheMiddleGoes() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), Precision.EXACT, 1024, STEP)) {
      List<String> told = new ArrayList<>();
      Answer answer =
          new Answer() {
            @Override
            public void reads(int done, int all) {
              told.add(done + " of " + all);
            }
          };
      engine.submit(request(prompt(1, 200), 300, new Overflow.DropMiddle(KEEP)), answer);
      assertThat(answer.ids()).hasSize(300);
      assertThat(told).endsWith("200 of 200").allMatch(one -> one.endsWith(" of 200"));
      assertThat(told).doesNotHaveDuplicates();
    }
  }

  @Test
  void aSessionIsWhatIsLeft() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      try (Engine engine = engine(model, Precision.EXACT, 1024, STEP);
          EngineSession session = engine.session()) {
        Answer answer = new Answer();
        Request request = request(prompt(1, 200), 100, new Overflow.DropMiddle(KEEP));
        session.submit(request, answer);
        int[] all = join(request.prompt(), answer.ids());
        // After 56 tokens, 44 are asked for: as many went.
        int[] left = join(Arrays.copyOf(all, KEEP), Arrays.copyOfRange(all, KEEP + 44, all.length));
        assertThat(session.tokens()).isEqualTo(left);
        session.rewind(220);
        // Not what was there, or that would be found, too.
        int[] other = {(left[220] + 1) % TinyRequests.VOCAB};
        Request next = request(join(session.tokens(), other, prompt(7, 9)), 10, Overflow.END);
        Answer later = new Answer();
        session.submit(next, later);
        assertThat(later.ids()).isEqualTo(oneAfterTheOther(model, Precision.EXACT, next));
        assertThat(later.ending().cached()).isEqualTo(220);
      }
    }
  }

  @Test
  void whoeverWantsNothingDroppedIsRefusedOrEnds() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), Precision.EXACT, 1024, STEP)) {
      assertThatThrownBy(() -> submit(engine, request(prompt(1, 200), 57, Overflow.REFUSE)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 256 tokens of prompt and answer, found 200 and 57");
      assertThat(submit(engine, request(prompt(1, 200), 56, Overflow.REFUSE)).ids()).hasSize(56);
      assertThat(submit(engine, request(prompt(1, 200), 57, Overflow.END)).ids()).hasSize(56);
      assertThatThrownBy(() -> submit(engine, request(prompt(1, 256), 1, Overflow.END)))
          .hasMessageContaining("found 256");
      assertThatThrownBy(
              () -> submit(engine, request(prompt(1, 20), 9, new Overflow.DropMiddle(255))))
          .hasMessageContaining("expected to keep at most 254 tokens of 256, found 255");
      assertThatThrownBy(() -> new Overflow.DropMiddle(-1)).hasMessageContaining("found -1");
      assertThat(submit(engine, request(prompt(1, 300), 9, new Overflow.DropMiddle(254))).ids())
          .hasSize(9);
    }
  }

  /// The grammar wants eighty times abc, which is more than half of the context has room for.
  @Test
  void aGrammarGoesOnWhereItWas() {
    TokenTrie vocabulary =
        new TokenTrie(
            TinyRequests.VOCAB,
            id -> Character.toString('a' + id).getBytes(StandardCharsets.US_ASCII),
            _ -> false);
    TokenMasks masks = new TokenMasks(Grammar.ofRegex("(abc){80}"), vocabulary);
    try (ParameterStore store = store();
        Engine engine = engine(small(store), Precision.EXACT, 1024, STEP)) {
      Request request =
          new Request(
              prompt(1, 100),
              1000,
              Set.of(),
              new Choice(Sampler.GREEDY, LogitRules.NONE, masks),
              Request.NO_LOG_PROBS,
              new Request.Terms("", null, new Overflow.DropMiddle(KEEP)));
      Answer answer = submit(engine, request);
      assertThat(answer.ids()).isEqualTo(IntStream.range(0, 240).map(i -> i % 3).toArray());
      assertThat(answer.ending().stop()).isEqualTo(Stop.END_OF_TEXT);
    }
  }

  @Test
  void anEmbeddingIsThatOfWhatIsLeft() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store), Precision.EXACT, 1024, STEP)) {
      int[] text = prompt(1, 400);
      int[] left = join(Arrays.copyOf(text, KEEP), Arrays.copyOfRange(text, 400 - 239, 400));
      Request.Terms drops = new Request.Terms("", null, new Overflow.DropMiddle(KEEP));
      assertThat(engine.embed(text, Pooling.MEAN, drops).join())
          .isEqualTo(engine.embed(left, Pooling.MEAN, Request.Terms.NONE).join());
    }
  }
}
