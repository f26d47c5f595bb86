package dev.minke.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import org.junit.jupiter.api.Test;

class DecoderConfigTest {
  /// Four of eight groups, of one expert each, have four experts for a token that wants eight.
  @Test
  void expertsThatNoActiveGroupHasAreRefused() {
    RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, 8, 8, 4, true, true, 2.5f);
    assertThat(new DecoderConfig.Experts(16, 1, 8, rule).count()).isEqualTo(16);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DecoderConfig.Experts(8, 1, 8, rule))
        .withMessageContaining("activeExperts")
        .withMessageContaining("at most the 4 experts of 4 active groups")
        .withMessageContaining("8");
  }
}
