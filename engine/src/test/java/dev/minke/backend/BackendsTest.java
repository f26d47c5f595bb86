package dev.minke.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.reference.ReferenceKernels;
import org.junit.jupiter.api.Test;

class BackendsTest {
  @Test
  void whatWasChosenIsSaidInOneLine() {
    try (Kernels kernels = Backends.open(2)) {
      assertThat(Backends.explain(kernels))
          .startsWith("vector: ")
          .contains("2 threads", System.getProperty("os.arch"))
          .doesNotContain("\n");
    }
  }

  @Test
  void theErrorNamesTheFlagThatIsMissing() {
    assertThatThrownBy(() -> Backends.requireVectorApi(ModuleLayer.empty()))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("--add-modules jdk.incubator.vector");
  }

  @Test
  void noThreadIsRefused() {
    assertThatThrownBy(() -> Backends.open(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one thread");
  }

  @Test
  void instructionSetsAreReadFromTheFlagsOfTheSystem() {
    assertThat(Machine.instructions("flags : fpu sse2 avx2 fma bmi2"))
        .containsExactly("AVX2", "FMA");
    assertThat(Machine.instructions("")).isEmpty();
  }

  @Test
  void onlyKernelsWithVectorsHaveACeiling() {
    try (Kernels kernels = Backends.open(1)) {
      assertThat(Backends.fmaPeak(kernels, 0.2)).isPositive();
    }
    assertThat(Backends.fmaPeak(new ReferenceKernels(), 0.2)).isZero();
  }
}
