package dev.minke.inference;

import static dev.minke.inference.TinyRequests.VOCAB;
import static dev.minke.inference.TinyRequests.prompt;
import static dev.minke.inference.TinyRequests.request;
import static dev.minke.inference.TinyRequests.small;
import static dev.minke.inference.TinyRequests.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private static final int SHORT = 40;

  /// However many short prompts there are, of a step's time and of its tokens.
  @Test
  void theOldestPromptGoesOnBesideShortOnes() {
    plan(
        SHORT + 1,
        (scheduler, model) -> {
          // So quick that it is tokens, not time, of which a step has too few.
          scheduler.pace().took(512, 0, 0, 1_000);
          scheduler.line().add(sequence(model, 0, 250));
          for (int i = 1; i <= SHORT; i++) {
            scheduler.line().add(sequence(model, i, 60));
          }
          StepPlan plan = scheduler.plan();
          assertThat(plan.tokens()).isLessThanOrEqualTo(1024).isGreaterThan(900);
          assertThat(plan.parts())
              .anySatisfy(part -> {
                assertThat(part.sequence().arrival()).isZero();
                assertThat(part.count()).isGreaterThanOrEqualTo(64);
              });
        });
  }

  /// Else the longest of many prompts of about one length would wait for all the others.
  @Test
  void ofPromptsOfAboutOneLengthTheFirstIsReadFirst() {
    plan(
        3,
        (scheduler, model) -> {
          // A millisecond for a token: a step has room for 500.
          scheduler.pace().took(500, 0, 0, 500_000_000);
          scheduler.line().add(sequence(model, 0, 250));
          scheduler.line().add(sequence(model, 1, 240));
          scheduler.line().add(sequence(model, 2, 200));
          assertThat(scheduler.plan().parts())
              .extracting(part -> part.sequence().arrival(), StepPlan.Part::count)
              .contains(tuple(0L, 250), tuple(1L, 240));
        });
  }

  @Test
  void afterAStepThatReadAnswersGoOnByThemselves() {
    plan(
        2,
        (scheduler, model) -> {
          scheduler.line().add(sequence(model, 0, 20));
          scheduler.plan().parts().forEach(part -> part.sequence().passed(part.count()));
          scheduler.active().getFirst().append(1);
          scheduler.line().add(sequence(model, 1, 60));
          scheduler.turns().took(60, 1, EngineSettings.STEP.toNanos());
          for (int step = 0; step < 24; step++) {
            assertThat(scheduler.plan().promptTokens()).as("step %d", step).isZero();
            scheduler.turns().took(0, 1, 1_000);
          }
          assertThat(scheduler.plan().promptTokens()).as("a turn").isPositive();
        });
  }

  private static void plan(int active, BiConsumer<Scheduler, DecoderModel> test) {
    try (ParameterStore store = store();
        Kernels kernels = new ReferenceKernels()) {
      DecoderModel model = small(store);
      EngineSettings settings =
          new EngineSettings(
              Precision.EXACT, 16_384, TinyRequests.LONGEST, active, 0, EngineSettings.STEP);
      try (EngineCache cache = new EngineCache(model, kernels, settings)) {
        test.accept(new Scheduler(kernels, settings, cache), model);
      }
    }
  }

  private static ActiveSequence sequence(DecoderModel model, int arrival, int length) {
    Request request = request("user" + arrival, prompt(arrival, length), 5);
    Chooser chooser =
        new Chooser(request.choice(), VOCAB, request.prompt(), request.ends(), new Draw());
    Purpose purpose = new Purpose.Continuing(request, new Answer(), chooser, null);
    return new ActiveSequence(
        request.prompt(), request.terms(), purpose, model.maxLength(), arrival, 0);
  }
}
