package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Shared;
import dev.minke.backend.Backends;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.Residency;
import dev.minke.checkpoint.StoredModel;
import dev.minke.kernel.Kernels;
import dev.minke.model.AttentionForm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Models that do not fit in memory say the same as if they did.
class ResidencyTest {
  private static final int[] PROMPT = {5, 17, 3, 99, 42, 7};

  private static StoredModel open(String name) {
    return StoredModel.open(Shared.shared("golden/" + name));
  }

  /// Logits after a prompt and after each of some tokens.
  private static List<float[]> logits(StoredModel stored, Kernels kernels) {
    List<float[]> all = new ArrayList<>();
    try (Session session = new Session(stored.model(), kernels, 64)) {
      all.add(session.append(PROMPT, AttentionForm.EXPANDED));
      for (int id = 0; id < 24; id++) {
        all.add(session.append(new int[] {3 * id}, AttentionForm.ABSORBED));
      }
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deepseek-v3-tiny",
        "deepseek-v3-tiny-fp8",
        "gguf/deepseek-v2-lite-tiny.new.bf16.gguf",
        "qwen3-moe-tiny"
      })
  void expertsThatComeAndGoChangeNoBit(String name) {
    try (Kernels kernels = Backends.open(2);
        StoredModel whole = open(name);
        StoredModel partly = open(name)) {
      Residency all = whole.residency(whole.bytes());
      assertThat(all.isWhole()).isTrue();
      whole.load(kernels, all, _ -> {});
      Residency least = leastOf(partly);
      assertThat(least.slots()).isEqualTo(whole.config().experts().count());
      long[] read = new long[1];
      partly.load(kernels, least, done -> read[0] = done);
      assertThat(read[0]).isEqualTo(least.readAtOnce()).isLessThan(whole.bytes());

      List<float[]> expected = logits(whole, kernels);
      List<float[]> found = logits(partly, kernels);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i)).as("step %d", i).isEqualTo(expected.get(i));
      }
      assertThat(whole.experts()).isNull();
      assertThat(partly.experts())
          .isNotNull()
          .satisfies(account -> {
            assertThat(account.slots()).isEqualTo(least.slots());
            assertThat(account.experts()).isEqualTo(least.experts());
            assertThat(account.counts().misses()).isPositive();
            assertThat(account.readBytes()).isPositive();
          });
    }
  }

  /// With the least memory that is enough.
  private static Residency leastOf(StoredModel model) {
    long low = 0;
    long high = model.bytes();
    while (high - low > 1) {
      long middle = (low + high) / 2;
      try {
        model.residency(middle);
        high = middle;
      } catch (CheckpointException _) {
        low = middle;
      }
    }
    return model.residency(high);
  }

  @Test
  void tooLittleForAnyTokenIsSaidWithWhatIsNeeded() {
    try (StoredModel model = open("deepseek-v3-tiny")) {
      assertThatThrownBy(() -> model.residency(1000))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("expected memory for the weights of every token and the experts")
          .hasMessageContaining("found 0.00 GB");
    }
    try (StoredModel model = open("llama-tied-tiny")) {
      assertThatThrownBy(() -> model.residency(1000))
          .hasMessageContaining("expected memory for its weights");
    }
  }
}
