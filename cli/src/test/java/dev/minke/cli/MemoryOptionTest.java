package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How much of a model may be in memory, and what is said of the rest.
class MemoryOptionTest {
  @ParameterizedTest
  @CsvSource({
    "1000, 1000",
    "2k, 2048",
    "1.5M, 1572864",
    "3g, 3221225472",
    "3GiB, 3221225472",
    "1t, 1099511627776"
  })
  void sizesAreReadAsPeopleWriteThem(String size, long bytes) {
    assertThat(MemoryOption.parse("--memory", size)).isEqualTo(bytes);
  }

  @Test
  void whatIsNoSizeIsRefused() {
    for (String size : new String[] {"", "much", "-1g", "1.2.3", "1 g", "g"}) {
      assertThatThrownBy(() -> MemoryOption.parse("--memory", size))
          .hasMessage("--memory: expected a size such as 12g or 900m, found '%s'".formatted(size));
    }
  }

  @Test
  void aMixtureThatDoesNotFitSaysTheSameAndHowItsCacheDid() {
    Object[] asked = {"generate", Golden.model(), "--ids", "5,6,7", "-n", 8, "--json"};
    String whole = Run.of(asked).succeeded();
    Object[] less = Arrays.copyOf(asked, asked.length + 2);
    less[asked.length] = "--memory";
    less[asked.length + 1] = "1500k";
    Run run = Run.of(less);
    assertThat(run.succeeded()).isEqualTo(whole);
    assertThat(run.err())
        .containsPattern("experts    \\d+ of \\d+ fit in memory, the others are read")
        .containsPattern("experts    \\d+\\.\\d % of \\d+ were in memory when they were wanted");
    less[asked.length + 1] = "100k";
    assertThat(Run.of(less).failed(1))
        .contains("expected memory for the weights of every token and the experts of a layer");
  }
}
