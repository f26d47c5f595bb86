package dev.minke.bench.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.backend.Backends;
import dev.minke.kernel.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A few of the files of `bench/run agreement`, where llama.cpp is at hand.
@Tag("long")
class AgreementTest {
  /// The numbers of both are known to 16 bits, which adds some 1e-7 to a mean.
  private static final double SAME = 2e-6;

  @TempDir private Path work;

  /// `MINKE_LLAMA`, or where `PEERS_HOME` has it.
  private static LlamaCpp peer() {
    String programs = System.getenv("MINKE_LLAMA");
    String peers = System.getenv("PEERS_HOME");
    assumeTrue(programs != null || peers != null, "not run: MINKE_LLAMA names no llama.cpp");
    return new LlamaCpp(
        programs != null ? Path.of(programs) : Path.of(peers, "llama.cpp", "build", "bin"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"LLAMA", "QWEN2", "QWEN3", "QWEN3_MOE", "V2_OLD", "V2_NEW", "V3_OLD", "V3_NEW"})
  void nextTokensAreThoseOfLlamaCpp(Kind kind) throws IOException {
    LlamaCpp peer = peer();
    Path model = work.resolve("model.gguf");
    Path importances = work.resolve("importances.gguf");
    Path quantized = work.resolve("quantized.gguf");
    Path base = work.resolve("base.kld");
    Path text = Files.writeString(work.resolve("text.txt"), RandomText.of(5_000));
    RandomModel.of(kind).write(model);
    try (Kernels kernels = Backends.openDefault()) {
      Comparison comparison = new Comparison(peer, kernels, work);
      Agreement whole = comparison.of(kind, QuantType.F32, model, base, text);
      assertThat(whole.fromPeer().mean()).isLessThan(SAME);
      QuantType type = new QuantType("Q4_K", "Q4_K_S", true);
      peer.quantize(model, importances, type, quantized);
      Agreement rounded = comparison.of(kind, type, quantized, base, text);
      assertThat(rounded.fromPeer().mean()).isLessThan(rounded.formatError().mean());
      assertThat(rounded.fast().mean()).isLessThan(rounded.peer().mean());
    }
  }
}
