package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Shared;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.OpenModel;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.AttentionForm;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SessionTest {
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
}
