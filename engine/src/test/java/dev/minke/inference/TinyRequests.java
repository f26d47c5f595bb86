package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.model.decoder.TinyConfigs;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/// Tiny models of random weights, what is asked of them, and the answer of each alone.
final class TinyRequests {
  static final int VOCAB = 19;
  static final int NONE = Request.NO_LOG_PROBS;
  static final int LONGEST = 256;
  static final Duration STEP = Duration.ofMillis(250);

  private TinyRequests() {}

  /// Every architecture, exact and fast, in each format of the cache that it can have.
  static Stream<Arguments> models() {
    return TinyConfigs.all().stream()
        .flatMap(config ->
            Stream.of(Precision.EXACT, Precision.FAST)
                .flatMap(precision ->
                    Arrays.stream(CacheFormat.values())
                        .filter(format -> isPossible(config, format))
                        .map(format -> Arguments.of(config, precision.with(format)))));
  }

  static boolean isPossible(DecoderConfig config, CacheFormat format) {
    return format != CacheFormat.FP8 || config.attention() instanceof DecoderConfig.Latent;
  }

  /// Weights large enough for answers that differ.
  static ParameterStore store() {
    return new ParameterStore(DType.F32, 7, 0.3);
  }

  static DecoderModel small(ParameterStore store) {
    return DecoderModel.of(store, TinyConfigs.all().getFirst());
  }

  static int[] prompt(long seed, int length) {
    return new Random(seed).ints(length, 0, VOCAB).toArray();
  }

  static Request request(String user, int[] prompt, int most) {
    return new Request(
        prompt,
        most,
        Set.of(),
        Choice.of(new Sampler(1.3, 0, 0.95, prompt.length)),
        0,
        new Request.Terms(user, null));
  }

  static int[] join(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }

  /// The same request by [Alone], with as many tokens as there is room for.
  static int[] alone(DecoderModel model, Kernels kernels, Precision precision, Request request) {
    int most = Math.min(request.most(), LONGEST - request.prompt().length);
    return new Alone(model, kernels, precision)
        .answer(new Request(request.prompt(), most, request.ends(), request.choice()));
  }

  static Answer submit(Engine engine, Request request) {
    Answer answer = new Answer();
    engine.submit(request, answer);
    return answer;
  }

  static Request request(long seed, int length, int most) {
    return new Request(
        prompt(seed, length),
        most,
        seed % 4 == 0 ? Set.of(3) : Set.of(),
        choice(seed),
        NONE,
        terms(""));
  }

  /// Greedy, drawn, or drawn with penalties.
  static Choice choice(long seed) {
    Sampler sampler = new Sampler(1.3, 0, 0.95, seed);
    return switch ((int) (seed % 3)) {
      case 0 -> Choice.GREEDY;
      case 1 -> Choice.of(sampler);
      default -> new Choice(sampler, new LogitRules(1.2, 0, 0.1, 0.3, Map.of(4, -2.0)));
    };
  }

  static Request.Terms terms(String user) {
    return new Request.Terms(user, null);
  }

  static Request withPrompt(Request request, int[] prompt) {
    return new Request(
        prompt,
        request.most(),
        request.ends(),
        request.choice(),
        request.logProbs(),
        request.terms());
  }

  /// All pages are free or kept for later.
  static void assertNoPageLost(Engine engine) {
    EngineCounts counts = engine.counts();
    assertThat(counts.active()).isZero();
    assertThat(counts.waiting()).isZero();
    assertThat(counts.usedPages()).isZero();
  }

  static void assertAnswers(
      DecoderModel model,
      Kernels kernels,
      Precision precision,
      List<Request> requests,
      List<Answer> answers) {
    for (int i = 0; i < requests.size(); i++) {
      assertThat(answers.get(i).ids())
          .as("request %d", i)
          .isEqualTo(alone(model, kernels, precision, requests.get(i)));
    }
  }

  static List<Request> sixteen() {
    return IntStream.range(0, 16)
        .mapToObj(i -> request(i, 1 + 37 * i % 181, 5 + 11 * i % 70))
        .toList();
  }
}
