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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Answers of an engine that somebody has for themselves, held to another implementation's.
class GoldenAnswersTest {
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

  private static Engine engine(Precision precision) {
    EngineSettings settings =
        EngineSettings.alone(precision, open.model().maxLength(), EngineSettings.STEP);
    return new Engine(open.model(), kernels, settings);
  }

  private static AwaitedAnswer ask(Engine engine, Request request) {
    AwaitedAnswer answer = new AwaitedAnswer();
    engine.submit(request, answer);
    return answer;
  }

  private static JsonNode greedy() {
    return JsonMapper.shared()
        .readTree(directory.resolve("expected/expected.json").toFile())
        .path("greedy");
  }

  @Test
  void greedyTextIsTheGoldensInBothForms() {
    for (AttentionForm form : AttentionForm.values()) {
      try (Engine engine = engine(new Precision(form, Arithmetic.EXACT, CacheFormat.F32))) {
        for (JsonNode one : greedy()) {
          int[] continuation = ints(one.path("continuation"));
          Request request =
              new Request(ints(one.path("prompt")), continuation.length, Set.of(), Choice.GREEDY);
          AwaitedAnswer answer = ask(engine, request);
          assertThat(answer.ids()).as(form.toString()).isEqualTo(continuation);
          assertThat(answer.ending().stop()).isEqualTo(Stop.LENGTH);
        }
      }
    }
  }

  @Test
  void theEndOfTextEndsAndIsNotPartOfIt() {
    JsonNode one = greedy().get(0);
    int[] continuation = ints(one.path("continuation"));
    int end = continuation[5];
    int first = 0;
    while (continuation[first] != end) {
      first++;
    }
    try (Engine engine = engine(Precision.FAST)) {
      AwaitedAnswer answer =
          ask(engine, new Request(ints(one.path("prompt")), 32, Set.of(end, -1), Choice.GREEDY));
      assertThat(answer.ids()).isEqualTo(Arrays.copyOf(continuation, first));
      assertThat(answer.ending().stop()).isEqualTo(Stop.END_OF_TEXT);
    }
  }

  @Test
  void aTokenThatIsPunishedEnoughComesOnce() {
    Choice choice = new Choice(Sampler.GREEDY, new LogitRules(1, 0, 0, 1e6, Map.of(17, 100.0)));
    try (Engine engine = engine(Precision.FAST)) {
      Request request = new Request(new int[] {1, 17, 3}, 40, Set.of(), choice);
      assertThat(ask(engine, request).ids()).doesNotHaveDuplicates().startsWith(17);
    }
  }

  @Test
  void aBiasOutsideOfTheVocabularyIsRefused() {
    int vocab = open.model().vocab();
    Choice choice = new Choice(Sampler.GREEDY, new LogitRules(1, 0, 0, 0, Map.of(vocab, 1.0)));
    try (Engine engine = engine(Precision.FAST)) {
      assertThatThrownBy(() -> ask(engine, new Request(new int[] {1}, 1, Set.of(), choice)))
          .hasMessageContaining("found " + vocab);
    }
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    Arrays.setAll(values, i -> array.get(i).intValue());
    return values;
  }
}
