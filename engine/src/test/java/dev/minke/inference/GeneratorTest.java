package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Shared;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.OpenModel;
import dev.minke.kernel.Arithmetic;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.AttentionForm;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GeneratorTest {
  private static Path directory;
  private static OpenModel open;
  private static Kernels kernels;

  @BeforeAll
  static void open() {
    directory = Shared.shared("golden/deepseek-v3-tiny");
    open = ModelDirectory.open(directory);
    kernels = new VectorKernels(2);
  }

  @AfterAll
  static void close() {
    if (open != null) {
      open.close();
      kernels.close();
    }
  }

  @Test
  void greedyTextIsTheGoldensInBothForms() {
    JsonNode expected =
        JsonMapper.shared().readTree(directory.resolve("expected/expected.json").toFile());
    for (JsonNode one : expected.path("greedy")) {
      int[] prompt = ints(one.path("prompt"));
      int[] continuation = ints(one.path("continuation"));
      for (AttentionForm form : AttentionForm.values()) {
        Generator.Continuation found =
            new Generator(
                    open.model(), kernels, new Precision(form, Arithmetic.EXACT, CacheFormat.F32))
                .generate(prompt, continuation.length, Set.of(), Choice.GREEDY, _ -> true);
        assertThat(found.ids()).as(form.toString()).isEqualTo(continuation);
        assertThat(found.stop()).isEqualTo(Stop.LENGTH);
      }
    }
  }

  @Test
  void theEndOfTextEndsAndIsNotPartOfIt() {
    JsonNode one =
        JsonMapper.shared()
            .readTree(directory.resolve("expected/expected.json").toFile())
            .path("greedy")
            .get(0);
    int[] continuation = ints(one.path("continuation"));
    int end = continuation[5];
    int first = 0;
    while (continuation[first] != end) {
      first++;
    }
    Generator.Continuation found =
        new Generator(open.model(), kernels, Precision.FAST)
            .generate(ints(one.path("prompt")), 32, Set.of(end, -1), Choice.GREEDY, _ -> true);
    assertThat(found.ids()).isEqualTo(Arrays.copyOf(continuation, first));
    assertThat(found.stop()).isEqualTo(Stop.END_OF_TEXT);
  }

  @Test
  void aTokenThatIsPunishedEnoughComesOnce() {
    Choice choice = new Choice(Sampler.GREEDY, new LogitRules(1, 0, 0, 1e6, Map.of(17, 100.0)));
    int[] ids =
        new Generator(open.model(), kernels, Precision.FAST)
            .generate(new int[] {1, 17, 3}, 40, Set.of(), choice, _ -> true)
            .ids();
    assertThat(ids).doesNotHaveDuplicates().startsWith(17);
  }

  @Test
  void aBiasOutsideOfTheVocabularyIsRefused() {
    int vocab = open.model().vocab();
    Choice choice = new Choice(Sampler.GREEDY, new LogitRules(1, 0, 0, 0, Map.of(vocab, 1.0)));
    Generator generator = new Generator(open.model(), kernels, Precision.FAST);
    assertThatThrownBy(() -> generator.generate(new int[] {1}, 1, Set.of(), choice, _ -> true))
        .hasMessageContaining("found " + vocab);
  }

  @Test
  void theListenerEndsIt() {
    int[] seen = {0};
    Generator.Continuation found =
        new Generator(open.model(), kernels, Precision.FAST)
            .generate(new int[] {1, 2, 3}, 20, Set.of(), Choice.GREEDY, _ -> ++seen[0] < 4);
    assertThat(found.ids()).hasSize(4);
    assertThat(found.stop()).isEqualTo(Stop.CANCELLED);
  }

  @Test
  void theCacheTokenByTokenGivesTheBitsOfTheWholeSequence() {
    int[] ids = new int[150];
    Arrays.setAll(ids, i -> (7 * i + 3) % 300);
    try (Arena arena = Arena.ofConfined();
        Session session = new Session(open.model(), kernels, ids.length)) {
      float[] whole = Logits.of(open.model(), kernels, ids, arena).toFloatArray();
      int vocab = open.model().vocab();
      for (int i = 0; i < ids.length; i++) {
        float[] next = session.append(new int[] {ids[i]}, AttentionForm.EXPANDED);
        assertThat(next).as("position " + i).isEqualTo(row(whole, i, vocab));
      }
    }
  }

  @Test
  void aSequenceGoesOnFromWhereItWasRewoundTo() {
    int[] ids = {5, 17, 200, 3, 42};
    try (Session session = new Session(open.model(), kernels, 8)) {
      float[] once = session.append(ids, AttentionForm.EXPANDED);
      session.append(new int[] {7, 8, 9}, AttentionForm.ABSORBED);
      session.rewind(3);
      assertThat(session.append(new int[] {3, 42}, AttentionForm.EXPANDED)).isEqualTo(once);
      assertThatThrownBy(() -> session.rewind(6)).hasMessageContaining("0 to 5");
    }
  }

  @Test
  void aSequenceLongerThanTheModelsIsRefusedBeforeTheWork() {
    int longest = open.model().maxLength();
    assertThatThrownBy(() -> new Session(open.model(), kernels, longest + 1))
        .hasMessageContaining(Integer.toString(longest));
  }

  private static float[] row(float[] values, int row, int width) {
    return Arrays.copyOfRange(values, row * width, (row + 1) * width);
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    Arrays.setAll(values, i -> array.get(i).intValue());
    return values;
  }
}
