package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Fifty training steps have the same bits everywhere: the order of every sum is a function of
/// shapes and positions alone.
class TrainingBitsTest {
  /// SHA-256 of all weights after fifty steps, on every CPU. Changes only with a change of the
  /// arithmetic, the model, the data order or the tiny recipe, in a commit that says so.
  private static final String EXPECTED =
      "b6d979380339ae28ee649a527e2c1dd34a678f2cb5fa8086cd3c4956636a41af";

  private static final int STEPS = 50;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void anyNumberOfThreadsGivesTheSameBits(int threads) throws Exception {
    assertThat(TinyBits.hash(directory, threads, STEPS)).isEqualTo(EXPECTED);
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void anyVectorWidthGivesTheSameBits(int bits) throws Exception {
    assertThat(child(bits, STEPS)).isEqualTo(EXPECTED);
  }

  /// Few steps: the interpreter makes an object of every vector.
  @Test
  void theInterpreterGivesTheBitsOfTheCompiler() throws Exception {
    String compiled = TinyBits.hash(directory.resolve("compiled"), 2, 2);
    int widest = Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize());
    assertThat(child(widest, 2, "-Xint")).isEqualTo(compiled);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void theInterpreterGivesTheBitsOfTheCompilerAtAnyWidth(int bits) throws Exception {
    assertThat(child(bits, STEPS, "-Xint")).isEqualTo(EXPECTED);
  }

  private String child(int bits, int steps, String... options) throws Exception {
    int widest = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    assumeTrue(bits <= widest, () -> "this machine's vectors have " + widest + " bits");
    List<String> all = new ArrayList<>(List.of(options));
    all.add("-Dminke.vectorBits=" + bits);
    all.add("-Xmx256m");
    List<String> command =
        ChildJvm.command(TinyBits.class, all, directory.toString(), "2", Integer.toString(steps));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    return Files.readString(directory.resolve(TinyBits.HASH));
  }
}
