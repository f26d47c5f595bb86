package dev.minke.inference;

import static dev.minke.inference.TinyRequests.alone;
import static dev.minke.inference.TinyRequests.assertNoPageLost;
import static dev.minke.inference.TinyRequests.join;
import static dev.minke.inference.TinyRequests.prompt;
import static dev.minke.inference.TinyRequests.request;
import static dev.minke.inference.TinyRequests.small;
import static dev.minke.inference.TinyRequests.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One user and an engine with room for one context.
@Timeout(60)
class AwaitedAnswerTest {
  private static final int CONTEXT = 150;

  private static Kernels kernels;

  @BeforeAll
  static void open() {
    kernels = new VectorKernels(2);
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  private static Engine engine(DecoderModel model) {
    Duration shortest = Duration.ofNanos(1);
    return new Engine(model, kernels, EngineSettings.alone(Precision.EXACT, CONTEXT, shortest));
  }

  /// Hears nothing.
  private static class Deaf implements TokenListener {
    @Override
    public boolean writes(int id, @Nullable LogProbs logProbs) {
      return true;
    }

    @Override
    public void ended(Ending ending) {}

    @Override
    public void failed(Throwable cause) {}
  }

  private static AwaitedAnswer ask(Engine engine, Request request) {
    AwaitedAnswer answer = new AwaitedAnswer();
    engine.submit(request, answer);
    return answer;
  }

  /// A conversation, another one in its place, and one that fills the context: what is kept makes
  /// room whenever it has to.
  @Test
  void oneContextHasRoomForAnyConversationAndReadsOnlyWhatIsNew() {
    try (ParameterStore store = store()) {
      DecoderModel model = small(store);
      try (Engine engine = engine(model)) {
        assertThat(engine.limit()).isEqualTo(CONTEXT);
        int[] talk = prompt(1, 40);
        for (int turn = 0; turn < 3; turn++) {
          Request request = request("", talk, 10);
          AwaitedAnswer answer = ask(engine, request);
          assertThat(answer.ids()).isEqualTo(alone(model, kernels, Precision.EXACT, request));
          assertThat(answer.ending().cached()).isEqualTo(turn == 0 ? 0 : talk.length - 4);
          talk = join(talk, answer.ids(), prompt(turn + 7, 3));
        }
        for (int other = 0; other < 6; other++) {
          int length = CONTEXT - 1 - 20 * other;
          Request request = request("", prompt(100 + other, length), 20);
          AwaitedAnswer answer = ask(engine, request);
          int most = Math.min(20, CONTEXT - length);
          Request fitting = request("", request.prompt(), most);
          assertThat(answer.ids()).isEqualTo(alone(model, kernels, Precision.EXACT, fitting));
          assertThat(answer.ending().stop()).isEqualTo(Stop.LENGTH);
        }
        assertNoPageLost(engine);
        assertThat(engine.counts().interruptions()).isZero();
      }
    }
  }

  @Test
  void whateverFailsIsThrownWhereItIsAwaited() {
    try (ParameterStore store = store();
        Engine engine = engine(small(store))) {
      AwaitedAnswer atAToken =
          new AwaitedAnswer(
              new Deaf() {
                @Override
                public boolean writes(int id, @Nullable LogProbs logProbs) {
                  throw new IllegalStateException("at a token");
                }
              });
      engine.submit(request("", prompt(1, 5), 3), atAToken);
      assertThatThrownBy(atAToken::ids)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("at a token");
      AwaitedAnswer atTheEnd =
          new AwaitedAnswer(
              new Deaf() {
                @Override
                public void ended(Ending ending) {
                  throw new AssertionError("at the end");
                }
              });
      engine.submit(request("", prompt(1, 5), 3), atTheEnd);
      assertThatThrownBy(atTheEnd::ending)
          .isInstanceOf(AssertionError.class)
          .hasMessage("at the end");
      AwaitedAnswer atTheFailure =
          new AwaitedAnswer(
              new Deaf() {
                @Override
                public void reads(int done, int all) {
                  throw new IllegalStateException("while reading");
                }

                @Override
                public void failed(Throwable cause) {
                  throw new IllegalStateException("at the failure");
                }
              });
      engine.submit(request("", prompt(1, 5), 3), atTheFailure);
      assertThatThrownBy(atTheFailure::ending).hasMessage("while reading");
      assertThat(ask(engine, request("", prompt(1, 5), 3)).ids()).hasSize(3);
    }
  }

  @Test
  void anEngineThatClosesLetsNobodyWait() {
    try (ParameterStore store = store()) {
      AwaitedAnswer answer;
      try (Engine engine = engine(small(store))) {
        answer = ask(engine, request("", prompt(1, 5), 140));
      }
      assertThat(answer.ending().stop()).isIn(Stop.CANCELLED, Stop.LENGTH);
      assertThat(answer.ids()).hasSize(answer.ending().generated());
    }
  }
}
