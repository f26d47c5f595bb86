package dev.minke.inference;

import static dev.minke.inference.TinyRequests.LONGEST;
import static dev.minke.inference.TinyRequests.NONE;
import static dev.minke.inference.TinyRequests.STEP;
import static dev.minke.inference.TinyRequests.choice;
import static dev.minke.inference.TinyRequests.prompt;
import static dev.minke.inference.TinyRequests.request;
import static dev.minke.inference.TinyRequests.sixteen;
import static dev.minke.inference.TinyRequests.small;
import static dev.minke.inference.TinyRequests.store;
import static dev.minke.inference.TinyRequests.submit;
import static dev.minke.inference.TinyRequests.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.minke.Shared;
import dev.minke.backend.Backends;
import dev.minke.checkpoint.StoredModel;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.nn.ParameterStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is recorded is held against what the engine counts and what the answers are told.
class FlightRecorderTest {
  private static final String STEP_EVENT = "dev.minke.Step";
  private static final String REQUEST_EVENT = "dev.minke.Request";
  private static final String LOAD_EVENT = "dev.minke.ModelLoad";

  @TempDir private Path temporary;

  private static Kernels kernels;

  @BeforeAll
  static void open() {
    kernels = new VectorKernels(2);
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  /// Events of a kind while something is done, in the order of their ends. Nobody has to ask for
  /// them: they are on wherever anything is recorded.
  private List<RecordedEvent> recorded(String name, Work work) throws Exception {
    Path file = temporary.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().equals(name))
        .sorted(Comparator.comparing(RecordedEvent::getEndTime))
        .toList();
  }

  private static long sum(List<RecordedEvent> events, String field) {
    return events.stream().mapToLong(event -> event.getInt(field)).sum();
  }

  private static EngineSettings settings(int tokens, int active) {
    return new EngineSettings(Precision.EXACT, tokens, LONGEST, active, 64, STEP);
  }

  @Test
  void stepsSumUpToWhatTheEngineCounts() throws Exception {
    try (ParameterStore store = store();
        Engine engine = new Engine(small(store), kernels, settings(2048, 4))) {
      List<RecordedEvent> steps =
          recorded(
              STEP_EVENT,
              () -> {
                List<Answer> answers = new ArrayList<>();
                for (Request one : sixteen()) {
                  answers.add(submit(engine, one));
                }
                answers.forEach(Answer::ending);
              });
      EngineCounts counts = engine.counts();
      assertThat(steps).hasSize((int) counts.steps());
      assertThat(sum(steps, "promptTokens")).isEqualTo(counts.promptTokens()).isPositive();
      assertThat(sum(steps, "generatedTokens")).isEqualTo(counts.generatedTokens()).isPositive();
      ToLongFunction<RecordedEvent> model = event -> event.getDuration("modelTime").toNanos();
      assertThat(steps.stream().mapToLong(model).sum()).isEqualTo(counts.inModel().toNanos());
      assertThat(steps)
          .allSatisfy(event -> {
            assertThat(event.getDuration()).isBetween(event.getDuration("modelTime"), longest());
            assertThat(event.getInt("reading") + event.getInt("generating")).isBetween(1, 4);
            assertThat(event.getInt("pages")).isEqualTo(32);
            assertThat(event.getInt("usedPages")).isPositive();
            assertThat(event.getInt("usedPages") + event.getInt("keptPages"))
                .isLessThanOrEqualTo(32);
          })
          .anySatisfy(event -> assertThat(event.getInt("generating")).isEqualTo(4))
          .anySatisfy(event -> assertThat(event.getInt("reading")).isPositive())
          .anySatisfy(event -> assertThat(event.getInt("waiting")).isPositive())
          .anySatisfy(event -> assertThat(event.getInt("keptPages")).isPositive());
      assertThat(steps.getLast().getInt("waiting")).isZero();
    }
  }

  private static Duration longest() {
    return Duration.ofMinutes(1);
  }

  @Test
  void aRequestTellsWhatItsEndingTells() throws Exception {
    try (ParameterStore store = store();
        Engine engine = new Engine(small(store), kernels, settings(2048, 1))) {
      List<Ending> endings = new ArrayList<>();
      List<RecordedEvent> requests =
          recorded(
              REQUEST_EVENT,
              () -> {
                endings.add(submit(engine, request(1, 150, 20)).ending());
                endings.add(submit(engine, request(1, 150, 20)).ending());
                Answer left = new Answer(3);
                engine.submit(request(2, 9, 50), left);
                endings.add(left.ending());
              });
      assertThat(requests)
          .extracting(
              event -> event.getInt("promptTokens"),
              event -> event.getInt("cachedTokens"),
              event -> event.getInt("generatedTokens"),
              event -> event.getString("end"))
          .containsExactly(
              tuple(150, 0, endings.get(0).generated(), endings.get(0).stop().name()),
              tuple(150, 149, endings.get(1).generated(), endings.get(1).stop().name()),
              tuple(9, 0, 3, "CANCELLED"));
      assertThat(requests)
          .allSatisfy(event -> {
            assertThat(event.getString("purpose")).isEqualTo("answer");
            assertThat(event.getDuration("waitingTime"))
                .isBetween(Duration.ZERO, event.getDuration("timeToFirstToken"));
            assertThat(event.getDuration("timeToFirstToken"))
                .isBetween(Duration.ZERO, event.getDuration());
            assertThat(event.getClass("failure")).isNull();
          });
    }
  }

  @Test
  void whoeverComesLaterHasWaited() throws Exception {
    try (ParameterStore store = store();
        Engine engine = new Engine(small(store), kernels, settings(2048, 1))) {
      List<RecordedEvent> requests =
          recorded(
              REQUEST_EVENT,
              () -> {
                Answer first = submit(engine, request(1, 5, 200));
                first.awaitTokens(1);
                Answer second = submit(engine, request(5, 7, 2));
                first.ending();
                second.ending();
              });
      RecordedEvent first = requests.getFirst();
      RecordedEvent second = requests.getLast();
      assertThat(second.getInt("promptTokens")).isEqualTo(7);
      assertThat(second.getStartTime()).isAfter(first.getStartTime()).isBefore(first.getEndTime());
      // The clocks of the recorder and of the engine may differ by what it takes to read them.
      Duration together = Duration.between(second.getStartTime(), first.getEndTime());
      assertThat(second.getDuration("waitingTime"))
          .isBetween(together.minusMillis(1), second.getDuration());
    }
  }

  @Test
  void whatFailsOrComesTooLateIsToldToo() throws Exception {
    try (ParameterStore store = store();
        Engine engine = new Engine(small(store), kernels, settings(2048, 1))) {
      Answer failing =
          new Answer() {
            @Override
            public boolean writes(int id, @Nullable LogProbs logProbs) {
              throw new UnsupportedOperationException("a secret");
            }
          };
      List<RecordedEvent> requests =
          recorded(
              REQUEST_EVENT,
              () -> {
                engine.submit(request(1, 20, 20), failing);
                assertThatThrownBy(failing::ending).hasMessageContaining("a secret");
                Answer late = new Answer();
                Request.Terms hasty = new Request.Terms("a secret", Duration.ofNanos(1));
                engine.submit(new Request(prompt(4, 8), 5, Set.of(), choice(1), NONE, hasty), late);
                late.ending();
                engine.embed(prompt(5, 30), Pooling.MEAN, terms("a secret")).join();
              });
      assertThat(requests)
          .extracting(event -> event.getString("purpose"), event -> event.getString("end"))
          .containsExactly(
              tuple("answer", "FAILED"), tuple("answer", "DEADLINE"), tuple("embedding", "LENGTH"));
      assertThat(requests.getFirst().getClass("failure").getName())
          .isEqualTo(UnsupportedOperationException.class.getName());
      assertThat(requests.get(1).getLong("timeToFirstToken")).isEqualTo(RequestEvent.NEVER);
      assertThat(requests.get(2).getLong("timeToFirstToken")).isEqualTo(RequestEvent.NEVER);
      assertThat(requests.get(2).getInt("promptTokens")).isEqualTo(30);
      assertThat(requests)
          .allSatisfy(event -> assertThat(event.toString()).doesNotContain("secret"));
    }
  }

  @Test
  void aModelTellsItsNameAndWhatWasRead() throws Exception {
    Path directory = Shared.shared("golden/deepseek-v3-tiny");
    try (Kernels own = Backends.open(2);
        StoredModel whole = StoredModel.open(directory)) {
      List<RecordedEvent> loads =
          recorded(LOAD_EVENT, () -> whole.load(own, whole.residency(whole.bytes()), _ -> {}));
      assertThat(loads)
          .singleElement()
          .satisfies(event -> {
            assertThat(event.getString("model")).isEqualTo("deepseek-v3-tiny");
            assertThat(event.getLong("bytes")).isEqualTo(whole.bytes());
            assertThat(event.getInt("experts")).isZero();
            assertThat(event.toString()).doesNotContain(directory.getParent().toString());
          });
    }
  }
}
