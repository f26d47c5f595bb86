package dev.minke.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import dev.minke.backend.Backends;
import dev.minke.checkpoint.StoredModel;
import dev.minke.inference.AwaitedAnswer;
import dev.minke.inference.Choice;
import dev.minke.inference.Engine;
import dev.minke.inference.EngineSettings;
import dev.minke.inference.Logits;
import dev.minke.inference.Precision;
import dev.minke.inference.Request;
import dev.minke.kernel.Kernels;
import dev.minke.tensor.Tensor;
import dev.minke.tokenizer.Decoder;
import dev.minke.tokenizer.StoriesPieces;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A trained Llama of 260 thousand parameters, held to numpy's forward pass of the same weights.
class StoriesTest {
  private static final int BEGIN = 1;

  /// As the golden suggests: its logits have five digits after the point.
  private static final double LOGIT_BOUND = 2e-3;

  /// The golden has six digits after the point.
  private static final double LOSS_BOUND = 2e-5;

  private static JsonNode golden;
  private static StoredModel stories;
  private static Kernels kernels;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() throws IOException {
    golden =
        JsonMapper.shared().readTree(Shared.shared("data/stories260K/golden_dev.json").toFile());
    stories = StoredModel.open(Shared.shared("data/stories260K/hf"));
    kernels = Backends.open(2);
    tokenizer = StoriesPieces.tokenizer();
  }

  @AfterAll
  static void close() {
    if (stories != null) {
      stories.close();
      kernels.close();
    }
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  private static int[] withBegin(String text) {
    return IntStream.concat(IntStream.of(BEGIN), Arrays.stream(tokenizer.encode(text))).toArray();
  }

  @Test
  void greedyTextIsTheGoldens() {
    EngineSettings settings =
        EngineSettings.alone(Precision.FAST, stories.model().maxLength(), EngineSettings.STEP);
    try (Engine engine = new Engine(stories.model(), kernels, settings)) {
      for (JsonNode one : golden.path("greedy")) {
        assertGolden(engine, one);
      }
    }
  }

  private static void assertGolden(Engine engine, JsonNode one) {
    int[] prompt = ints(one.path("prompt_ids"));
    int[] output = ints(one.path("output_ids"));
    assertThat(withBegin(one.path("prompt").stringValue())).isEqualTo(prompt);
    AwaitedAnswer found = new AwaitedAnswer();
    int most = output.length - prompt.length;
    engine.submit(new Request(prompt, most, Set.of(BEGIN), Choice.GREEDY), found);
    assertThat(IntStream.concat(Arrays.stream(prompt), Arrays.stream(found.ids())))
        .containsExactlyElementsOf(Arrays.stream(output).boxed().toList());
    Decoder decoder = tokenizer.decoder();
    StringBuilder text = new StringBuilder();
    Arrays.stream(output).skip(1).mapToObj(decoder::accept).forEach(text::append);
    assertThat(text.toString()).startsWith(one.path("text").stringValue());
  }

  @Test
  void logitsAreTheGoldens() {
    try (Arena arena = Arena.ofConfined()) {
      for (JsonNode one : golden.path("greedy")) {
        int[] ids = ints(one.path("output_ids"));
        Tensor logits = Logits.of(stories.model(), kernels, ids, arena);
        for (Map.Entry<String, JsonNode> entry : one.path("logits").properties()) {
          int position = Integer.parseInt(entry.getKey());
          for (int token = 0; token < stories.model().vocab(); token++) {
            assertThat(logits.get(position, token))
                .isCloseTo(entry.getValue().get(token).doubleValue(), within(LOGIT_BOUND));
          }
        }
      }
    }
  }

  @Test
  void lossesOfStoriesAreTheGoldens() {
    Subject subject = new Subject(stories.model(), kernels, token -> tokenizer.bytes(token).length);
    for (JsonNode one : golden.path("nll")) {
      int[] ids = withBegin(one.path("text").stringValue());
      assertThat(ids.length - 1).isEqualTo(one.path("tokens").intValue());
      Perplexity found = Perplexity.of(subject, Window.sliding(ids, 512, 256), Progress.NONE);
      assertThat(found.loss().mean())
          .isCloseTo(one.path("mean_nll_nats").doubleValue(), within(LOSS_BOUND));
      assertThat(found.bitsPerByte().mean()).isBetween(0.3, 1.0);
    }
  }
}
