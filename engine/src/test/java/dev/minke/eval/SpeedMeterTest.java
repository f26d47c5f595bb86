package dev.minke.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import dev.minke.backend.Backends;
import dev.minke.checkpoint.StoredModel;
import dev.minke.inference.Precision;
import dev.minke.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeedMeterTest {
  @Test
  void testsAreNamedAsLlamaBenchNamesThem() {
    assertThat(new SpeedTest(512, 0, 0)).hasToString("pp512");
    assertThat(new SpeedTest(0, 128, 4096)).hasToString("tg128 @ d4096");
    assertThat(new SpeedTest(512, 128, 0)).hasToString("pp512+tg128");
    assertThatThrownBy(() -> new SpeedTest(0, 0, 5)).hasMessageContaining("depth 5");
  }

  @Test
  void figuresAreMeansAndDeviationsOfSamples() {
    Speed speed = new Speed(new SpeedTest(10, 0, 0), new long[] {1_000_000_000, 2_000_000_000});
    assertThat(speed.rates()).containsExactly(10, 5);
    assertThat(speed.rate().mean()).isEqualTo(7.5);
    assertThat(speed.rate().deviation()).isCloseTo(Math.sqrt(12.5), within(1e-12));
    assertThat(speed.time().mean()).isEqualTo(1.5e9);
    assertThat(new Speed(new SpeedTest(1, 0, 0), new long[] {5}).time().deviation()).isZero();
  }

  @Test
  void everyTestIsTimedAsOftenAsAsked() {
    List<Integer> heard = new ArrayList<>();
    try (StoredModel model = StoredModel.open(Shared.shared("golden/deepseek-v3-tiny"));
        Kernels kernels = Backends.open(1)) {
      SpeedMeter meter = new SpeedMeter(model.model(), kernels, Precision.FAST);
      for (SpeedTest test :
          List.of(new SpeedTest(16, 0, 0), new SpeedTest(0, 4, 8), new SpeedTest(16, 4, 8))) {
        Speed found = meter.time(test, 3, false, (done, _) -> heard.add(done));
        assertThat(found.nanos()).hasSize(3).doesNotContain(0);
      }
      assertThat(heard).containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2);
    }
  }
}
