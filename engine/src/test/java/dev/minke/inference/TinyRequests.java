package dev.minke.inference;

import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.model.decoder.TinyConfigs;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/// Tiny models of random weights, what is asked of them, and the answer of each alone.
final class TinyRequests {
  static final int VOCAB = 19;
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

  private static boolean isPossible(DecoderConfig config, CacheFormat format) {
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

  /// The same request by [Generator], which knows nothing of pages and company.
  static int[] alone(DecoderModel model, Kernels kernels, Precision precision, Request request) {
    int most = Math.min(request.most(), LONGEST - request.prompt().length);
    return new Generator(model, kernels, precision)
        .generate(request.prompt(), most, request.ends(), request.choice(), _ -> true)
        .ids();
  }

  static Answer submit(Engine engine, Request request) {
    Answer answer = new Answer();
    engine.submit(request, answer);
    return answer;
  }
}
