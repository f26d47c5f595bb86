package dev.minke.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import dev.minke.backend.Backends;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.Safetensors;
import dev.minke.checkpoint.StoredModel;
import dev.minke.kernel.Kernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Losses of whole sequences are those of transformers; what windows, files and divergences make of
/// them is held to sums by hand.
class PerplexityTest {
  /// Of logits about 10 in F32, as the golden's own documentation has it.
  private static final double LOSS_BOUND = 1e-5;

  /// A step of 16 bits is at most 16 / 65,535, a number half of that away.
  private static final double STEP = 16.0 / 65_535;

  private static final int SEED = 7;

  private static Kernels kernels;

  @TempDir private Path temporary;

  @BeforeAll
  static void open() {
    kernels = Backends.open(2);
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  private static StoredModel golden(String name) {
    return StoredModel.open(Shared.shared("golden/" + name));
  }

  private static Subject subject(StoredModel model) {
    return new Subject(model.model(), kernels, _ -> 3);
  }

  private static int[] ids(String golden, String name) {
    try (Arena arena = Arena.ofConfined();
        Safetensors file =
            Safetensors.open(Shared.shared("golden/" + golden + "/expected/logits.safetensors"))) {
      int count = Math.toIntExact(file.entries().get(name).shape().getFirst());
      Tensor ids = Tensor.allocate(arena, DType.I32, Shape.of(count));
      file.read(name, ids);
      return ids.toIntArray();
    }
  }

  /// A text without sense that is long enough for several windows.
  private static int[] text(int length, int vocab) {
    int[] ids = new int[length];
    Arrays.setAll(ids, i -> Math.floorMod(i * 7919 + i / 3 * 31 + SEED, vocab));
    return ids;
  }

  @ParameterizedTest
  @CsvSource({
    "deepseek-v3-tiny, deepseek-v3-tiny",
    "deepseek-v2-lite-tiny, deepseek-v2-lite-tiny",
    "llama-untied-tiny, llama-untied-tiny",
    "gguf/llama-untied-tiny.f32.gguf, llama-untied-tiny",
    "gguf/deepseek-v3-tiny.new.bf16.gguf, deepseek-v3-tiny",
    "gguf/qwen2-tiny.f16.gguf, qwen2-tiny",
    "gguf/qwen3-tiny.bf16.gguf, qwen3-tiny",
    "qwen3-moe-tiny, qwen3-moe-tiny"
  })
  void theLossOfASequenceIsTheGoldens(String path, String golden) {
    JsonNode expected =
        JsonMapper.shared()
            .readTree(Shared.shared("golden/" + golden + "/expected/expected.json").toFile());
    try (StoredModel model = golden(path)) {
      for (String length : List.of("7", "33", "150")) {
        int[] ids = ids(golden, "ids." + length);
        Perplexity found =
            Perplexity.of(subject(model), Window.sliding(ids, 150, 75), Progress.NONE);
        double loss = expected.path("sequences").path(length).path("mean_nll").doubleValue();
        assertThat(found.loss().mean()).isCloseTo(loss, within(LOSS_BOUND));
        assertThat(found.tokens()).isEqualTo(ids.length - 1);
        assertThat(found.perplexity().mean())
            .isCloseTo(Math.exp(loss), within(1e-4 * Math.exp(loss)));
        assertThat(found.bitsPerByte().mean())
            .isCloseTo(loss / Math.log(2) / 3, within(LOSS_BOUND));
      }
    }
  }

  @Test
  void theErrorIsThatOfIndependentValues() {
    Moments moments = new Moments();
    for (double value : new double[] {1, 2, 3, 6}) {
      moments.add(value);
    }
    Estimate found = moments.estimate();
    assertThat(found.mean()).isEqualTo(3);
    assertThat(found.error()).isCloseTo(Math.sqrt((50.0 / 4 - 9) / 3), within(1e-15));
    assertThat(found.exp().error()).isCloseTo(Math.exp(3) * found.error(), within(1e-12));
  }

  @Test
  void halvesAskForTheSecondHalfOfWindowsBehindEachOther() {
    int[] ids = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
    List<Window> windows = Window.halves(ids, 5, 1);
    assertThat(windows).hasSize(2);
    assertThat(windows.getFirst().ids()).containsExactly(1, 11, 12, 13, 14);
    assertThat(windows.getLast().ids()).containsExactly(1, 16, 17, 18, 19);
    assertThat(windows).allMatch(window -> window.firstTarget() == 3 && window.targets() == 2);
    assertThat(Window.halves(ids, 11, -1).getFirst().ids()).isEqualTo(ids);
    assertThatThrownBy(() -> Window.halves(ids, 12, -1)).hasMessageContaining("found 11");
  }

  @Test
  void slidingWindowsAskForEachTokenButTheFirstOnce() {
    int[] ids = text(50, 1000);
    for (int context = 2; context < 60; context++) {
      for (int stride = 1; stride < context; stride++) {
        int next = 1;
        for (Window window : Window.sliding(ids, context, stride)) {
          int[] asked = Arrays.copyOfRange(window.ids(), window.firstTarget(), window.ids().length);
          assertThat(asked).isEqualTo(Arrays.copyOfRange(ids, next, next + asked.length));
          assertThat(window.ids().length).isLessThanOrEqualTo(context);
          next += asked.length;
        }
        assertThat(next).as(context + " by " + stride).isEqualTo(ids.length);
      }
    }
  }

  @Test
  void howManyTokensPassAtOnceMakesNoDifference() {
    try (StoredModel model = golden("llama-untied-tiny")) {
      int[] ids = text(512, model.model().vocab());
      Window whole = new Window(ids, 1);
      Perplexity alone = Perplexity.of(subject(model), List.of(whole), Progress.NONE);
      List<Window> parts = Window.halves(ids, 64, -1);
      Perplexity packed = Perplexity.of(subject(model), parts, Progress.NONE);
      Moments apart = new Moments();
      for (Window part : parts) {
        Perplexity one = Perplexity.of(subject(model), List.of(part), Progress.NONE);
        apart.add(one.loss().mean());
      }
      assertThat(packed.loss().mean()).isCloseTo(apart.estimate().mean(), within(1e-12));
      assertThat(alone.tokens()).isEqualTo(511);
    }
  }

  @Test
  void aWindowTooLongForTheModelIsRefused() {
    try (StoredModel model = golden("deepseek-v3-tiny")) {
      int longer = model.model().maxLength() + 1;
      assertThatThrownBy(() ->
              Perplexity.of(subject(model), List.of(new Window(new int[longer], 1)), Progress.NONE))
          .hasMessageContaining("found " + longer);
    }
  }

  @Test
  void aReferenceFileHasTheLayoutOfLlamaCpp() throws IOException {
    Path file = temporary.resolve("base");
    try (StoredModel model = golden("llama-untied-tiny")) {
      int vocab = model.model().vocab();
      int[] ids = text(70, vocab);
      Perplexity written = ReferenceFile.write(file, subject(model), ids, 32, 0, Progress.NONE);
      Perplexity read = Perplexity.of(subject(model), Window.halves(ids, 32, 0), Progress.NONE);
      assertThat(written.loss().mean()).isCloseTo(read.loss().mean(), within(LOSS_BOUND));
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      int numbers = 2 * ((vocab + 1) / 2) + 4;
      assertThat(bytes.remaining()).isEqualTo(8 + 12 + 4 * 64 + 2 * 15 * 2 * numbers);
      byte[] magic = new byte[8];
      bytes.get(magic);
      assertThat(magic).asString().isEqualTo("_logits_");
      assertThat(bytes.getInt()).isEqualTo(32);
      assertThat(bytes.getInt()).isEqualTo(vocab);
      assertThat(bytes.getInt()).isEqualTo(2);
      for (int i = 0; i < 64; i++) {
        assertThat(bytes.getInt()).isEqualTo(ids[i]);
      }
      for (int row = 0; row < 30; row++) {
        float scale = bytes.getFloat();
        float least = bytes.getFloat();
        double sum = 0;
        for (int i = 0; i < vocab; i++) {
          sum += Math.exp(scale * (bytes.getShort() & 0xFFFF) + least);
        }
        bytes.position(bytes.position() + 2 * (vocab % 2));
        assertThat(sum).isCloseTo(1, within(STEP));
      }
    }
  }

  @Test
  void numbersOfARowAreWithinHalfAStep() {
    float[] logits = {3, 2.5F, -1, 0.125F, -40};
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    double logSumExp = Math.log(sum);
    ByteBuffer bytes =
        ByteBuffer.allocate(ReferenceRow.bytes(logits.length)).order(ByteOrder.LITTLE_ENDIAN);
    ReferenceRow.put(logits, (float) logSumExp, bytes);
    assertThat(bytes.remaining()).isZero();
    ReferenceRow row = new ReferenceRow(bytes);
    for (int i = 0; i < logits.length; i++) {
      double expected = Math.max(logits[i], 3 - 16) - logSumExp;
      assertThat((double) row.logProb(i)).isCloseTo(expected, within(STEP / 2 + 1e-6));
    }
  }

  @Test
  void rowsOfEqualLogitsAreWrittenAndRead() {
    ByteBuffer bytes = ByteBuffer.allocate(ReferenceRow.bytes(2)).order(ByteOrder.LITTLE_ENDIAN);
    ReferenceRow.put(new float[] {4, 4}, (float) (4 + Math.log(2)), bytes);
    ReferenceRow row = new ReferenceRow(bytes);
    assertThat((double) row.logProb(1)).isCloseTo(Math.log(0.5), within(1e-6));
  }

  @Test
  void aModelIsAsFarFromItselfAsSixteenBits() throws IOException {
    Path file = temporary.resolve("base");
    try (StoredModel model = golden("llama-untied-tiny")) {
      int[] ids = text(300, model.model().vocab());
      Perplexity written = ReferenceFile.write(file, subject(model), ids, 64, 0, Progress.NONE);
      try (ReferenceFile reference = ReferenceFile.open(file)) {
        assertThat(reference.ids()).isEqualTo(Arrays.copyOf(ids, 256));
        Divergence found = Divergence.of(subject(model), reference, 0, Progress.NONE);
        assertThat(found.divergence().mean().mean()).isCloseTo(0, within(STEP / 2));
        assertThat(found.divergence().quantile(1)).isLessThan(STEP);
        assertThat(found.sameTop().mean()).isEqualTo(1);
        assertThat(found.rootMeanSquareChange().mean()).isLessThan(STEP);
        assertThat(found.losses().loss().mean()).isCloseTo(written.loss().mean(), within(1e-12));
        assertThat(found.losses().correlation()).isCloseTo(1, within(1e-4));
        assertThat(found.losses().logRatio().mean()).isCloseTo(0, within(STEP));
      }
    }
  }

  @Test
  void divergenceIsTheSumByHand() throws IOException {
    Path file = temporary.resolve("base");
    try (StoredModel exact = golden("gguf/llama-untied-tiny.f32.gguf");
        StoredModel coarse = golden("gguf/llama-untied-tiny.q4_0.gguf")) {
      int vocab = exact.model().vocab();
      int[] ids = text(32, vocab);
      ReferenceFile.write(file, subject(exact), ids, 32, -1, Progress.NONE);
      Moments divergence = new Moments();
      Moments squares = new Moments();
      int same = 0;
      double[][] p = logProbs(exact, ids);
      double[][] q = logProbs(coarse, ids);
      for (int at = 16; at < 31; at++) {
        double sum = 0;
        int top = 0;
        int otherTop = 0;
        for (int token = 0; token < vocab; token++) {
          sum += Math.exp(p[at][token]) * (p[at][token] - q[at][token]);
          top = p[at][token] > p[at][top] ? token : top;
          otherTop = q[at][token] > q[at][otherTop] ? token : otherTop;
        }
        divergence.add(sum);
        same += top == otherTop ? 1 : 0;
        double change = Math.exp(q[at][ids[at + 1]]) - Math.exp(p[at][ids[at + 1]]);
        squares.add(change * change);
      }
      try (ReferenceFile reference = ReferenceFile.open(file)) {
        Divergence found = Divergence.of(subject(coarse), reference, -1, Progress.NONE);
        Estimate mean = divergence.estimate();
        assertThat(mean.mean()).isPositive();
        assertThat(found.divergence().mean().mean()).isCloseTo(mean.mean(), within(STEP));
        assertThat(found.divergence().mean().error()).isCloseTo(mean.error(), within(STEP));
        assertThat(found.sameTop().mean()).isEqualTo(same / 15.0);
        assertThat(found.rootMeanSquareChange().mean())
            .isCloseTo(Math.sqrt(squares.estimate().mean()), within(STEP));
      }
    }
  }

  private static double[][] logProbs(StoredModel model, int[] ids) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor logits = dev.minke.inference.Logits.of(model.model(), kernels, ids, arena);
      double[][] found = new double[ids.length][model.model().vocab()];
      for (int at = 0; at < ids.length; at++) {
        double sum = 0;
        for (int token = 0; token < found[at].length; token++) {
          sum += Math.exp(logits.get(at, token));
        }
        for (int token = 0; token < found[at].length; token++) {
          found[at][token] = logits.get(at, token) - Math.log(sum);
        }
      }
      return found;
    }
  }

  @Test
  void quantilesLieLinearlyBetweenValues() {
    Spread.Collector collector = new Spread.Collector();
    for (double value : new double[] {4, 1, 3, 2, 10}) {
      collector.add(value);
    }
    Spread spread = collector.spread();
    assertThat(spread.quantile(0)).isEqualTo(1);
    assertThat(spread.quantile(0.5)).isEqualTo(3);
    assertThat(spread.quantile(0.9)).isCloseTo(4 + 0.6 * 6, within(1e-12));
    assertThat(spread.quantile(1)).isEqualTo(10);
  }

  @Test
  void filesThatAreNoReferenceAreRefusedByName() throws IOException {
    Path file = temporary.resolve("base");
    try (StoredModel model = golden("llama-untied-tiny")) {
      ReferenceFile.write(
          file, subject(model), text(40, model.model().vocab()), 16, 0, Progress.NONE);
    }
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, 19, 20, 50, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> ReferenceFile.open(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(file.toString());
    }
    for (int field = 8; field < 24; field += 4) {
      for (int value : new int[] {-1, 0, Integer.MAX_VALUE}) {
        ByteBuffer bytes = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, bytes.putInt(field, field == 20 && value == 0 ? -2 : value).array());
        assertThatThrownBy(() -> ReferenceFile.open(file))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining(file.toString());
      }
    }
    Files.write(file, whole);
    try (StoredModel other = golden("deepseek-v3-tiny");
        ReferenceFile reference = ReferenceFile.open(file)) {
      assertThatThrownBy(() -> Divergence.of(subject(other), reference, 0, Progress.NONE))
          .hasMessageContaining("another model");
    }
    assertThatThrownBy(() -> ReferenceFile.open(temporary.resolve("absent")))
        .hasMessageContaining("absent: no such file");
  }
}
