package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.backend.Backends;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.train.ResidentSize;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Eight users with 4,096 tokens each, of a model whose cache has V2-Lite's shape and whose other
/// parts are small: each after the first takes what `minke show` says, that many positions times
/// the bytes of one.
@Tag("long")
class CacheMemoryTest {
  private static final int USERS = 8;
  private static final int TOKENS = 4_096;
  private static final int LAYERS = 27;

  @ParameterizedTest
  @EnumSource(CacheFormat.class)
  void eightUsersTakeWhatWasForetold(CacheFormat format) {
    assumeTrue(ResidentSize.bytes() > 0, "this system does not tell the size of a process");
    try (ParameterStore store = new ParameterStore(DType.F32, 1, 0.02);
        Kernels kernels = Backends.openDefault()) {
      DecoderModel model = DecoderModel.of(store, v2LiteInSmall());
      long foretold = (long) (USERS - 1) * TOKENS * model.cacheShape().bytes(format);
      assertThat(model.cacheShape().bytes(CacheFormat.F32)).isEqualTo(LAYERS * 576L * 4);
      EngineSettings settings =
          new EngineSettings(
              Precision.FAST.with(format),
              USERS * TOKENS,
              TOKENS,
              USERS,
              USERS,
              EngineSettings.STEP);
      try (Engine engine = new Engine(model, kernels, settings)) {
        // With the first user comes what is not the cache's: scratch memory, compiled code.
        ask(engine, "user0", TOKENS - 1);
        long before = ResidentSize.bytes();
        for (int user = 1; user < USERS; user++) {
          ask(engine, "user" + user, TOKENS - 1);
        }
        long taken = ResidentSize.bytes() - before;
        assertThat(engine.counts().keptPages()).isEqualTo(USERS * TOKENS / 64);
        System.out.printf("%s: foretold %,d bytes, taken %,d%n", format, foretold, taken);
        assertThat((double) taken).isCloseTo(foretold, Percentage.withPercentage(5));
      }
    }
  }

  private static void ask(Engine engine, String user, int length) {
    int[] prompt = new Random(user.hashCode()).ints(length, 0, 19).toArray();
    Answer answer = new Answer();
    engine.submit(
        new Request(
            prompt,
            1,
            Set.of(),
            Choice.GREEDY,
            Request.NO_LOG_PROBS,
            new Request.Terms(user, null)),
        answer);
    assertThat(answer.ending().generated()).isEqualTo(1);
  }

  private static DecoderConfig v2LiteInSmall() {
    RouterRule none = new RouterRule(ScoreFunction.SOFTMAX, 1, 1, 1, false, false, 1);
    return new DecoderConfig(
        Architecture.DEEPSEEK_V2,
        19,
        64,
        64,
        LAYERS,
        LAYERS,
        new DecoderConfig.Latent(1, 0, 512, 32, 64, 32),
        new DecoderConfig.Positions(2 * TOKENS, 10_000, null),
        new DecoderConfig.Experts(0, 0, 0, none),
        0,
        1e-6f,
        false);
  }
}
