package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Shared;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.OpenModel;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrefixSessionTest {
  private static final Choice CHOICE =
      new Choice(new Sampler(1, 0, 1, 7), new LogitRules(1.2, 0, 0.3, 0.1, Map.of()));

  private static OpenModel open;
  private static Kernels kernels;

  @BeforeAll
  static void open() {
    open = ModelDirectory.open(Shared.shared("golden/deepseek-v3-tiny"));
    kernels = new VectorKernels(2);
  }

  @AfterAll
  static void close() {
    if (open != null) {
      open.close();
      kernels.close();
    }
  }

  /// Remembers what it heard; ends where it is told to.
  private static final class Heard implements PrefixSession.Listener {
    private final List<Integer> read = new ArrayList<>();
    private int toRead;
    private int left = Integer.MAX_VALUE;

    @Override
    public boolean reads(int done, int all) {
      read.add(done);
      toRead = all;
      return left > 0;
    }

    @Override
    public boolean writes(int id) {
      return --left > 0;
    }
  }

  private static int[] prompt(int length) {
    return IntStream.range(0, length).map(i -> (11 * i + 5) % 300).toArray();
  }

  private static PrefixSession session(int capacity) {
    return new PrefixSession(open.model(), kernels, Precision.EXACT, capacity);
  }

  private static int[] anew(Precision precision, int[] prompt, int most) {
    return new Generator(open.model(), kernels, precision)
        .generate(prompt, most, Set.of(), CHOICE, _ -> true)
        .ids();
  }

  @ParameterizedTest
  @EnumSource
  void everyTurnOfAConversationIsAnsweredAsIfItCameAlone(CacheFormat format) {
    Precision precision = Precision.EXACT.with(format);
    int[] first = prompt(150);
    Heard heard = new Heard();
    try (PrefixSession session = new PrefixSession(open.model(), kernels, precision, 250)) {
      int[] answer = session.generate(first, 20, Set.of(), CHOICE, heard).ids();
      assertThat(answer).isEqualTo(anew(precision, first, 20));
      assertThat(heard.toRead).isEqualTo(150);

      int[] second =
          IntStream.concat(
                  IntStream.concat(Arrays.stream(first), Arrays.stream(answer)),
                  IntStream.of(9, 8, 7))
              .toArray();
      assertThat(session.generate(second, 20, Set.of(), CHOICE, heard).ids())
          .isEqualTo(anew(precision, second, 20));
      assertThat(heard.toRead).as("the last token of the answer was never read").isEqualTo(4);

      int[] other = Arrays.copyOf(first, 100);
      other[60]++;
      assertThat(session.generate(other, 20, Set.of(), CHOICE, heard).ids())
          .isEqualTo(anew(precision, other, 20));
      assertThat(heard.toRead).isEqualTo(40);
    }
  }

  @Test
  void theSamePromptIsAnsweredFromItsLastToken() {
    Heard heard = new Heard();
    try (PrefixSession session = session(64)) {
      int[] once = session.generate(prompt(20), 8, Set.of(), CHOICE, heard).ids();
      assertThat(session.generate(prompt(20), 8, Set.of(), CHOICE, heard).ids()).isEqualTo(once);
      assertThat(heard.toRead).isEqualTo(1);
    }
  }

  @Test
  void itEndsWhereTheContextIsFull() {
    try (PrefixSession session = session(24)) {
      Generator.Continuation found =
          session.generate(prompt(20), 100, Set.of(), CHOICE, new Heard());
      assertThat(found.ids()).hasSize(4);
      assertThat(found.stop()).isEqualTo(Stop.LENGTH);
      assertThatThrownBy(() -> session.generate(prompt(24), 1, Set.of(), CHOICE, new Heard()))
          .hasMessageContaining("1 to 23");
    }
  }

  @Test
  void theListenerEndsItBeforeTheAnswerOrWithinAndTheNextOneIsWhole() {
    try (PrefixSession session = session(250)) {
      Heard reading = new Heard();
      reading.left = 0;
      Generator.Continuation none = session.generate(prompt(200), 5, Set.of(), CHOICE, reading);
      assertThat(none.ids()).isEmpty();
      assertThat(none.stop()).isEqualTo(Stop.CANCELLED);

      Heard writing = new Heard();
      writing.left = 3;
      assertThat(session.generate(prompt(200), 5, Set.of(), CHOICE, writing).ids()).hasSize(3);
      assertThat(writing.read).isSorted().startsWith(0).endsWith(200);
      assertThat(session.generate(prompt(200), 5, Set.of(), CHOICE, new Heard()).ids())
          .isEqualTo(anew(Precision.EXACT, prompt(200), 5));
    }
  }
}
