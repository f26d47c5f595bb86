package dev.minke.cli;

import dev.minke.inference.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// `--exact` or `--fast`.
final class PrecisionOption {
  @ArgGroup private @Nullable Choice choice;

  private static final class Choice {
    private @Nullable Precision precision;

    @Option(
        names = "--exact",
        required = true,
        description =
            "activations in F32 and one form of attention: the bits that training has (perplexity"
                + " does so by itself)")
    private void exact(boolean isGiven) {
      precision = Precision.EXACT;
    }

    @Option(
        names = "--fast",
        required = true,
        description =
            "activations in 8 bits where weights are stored in blocks of integers, the quickest"
                + " form of attention; weights are never rounded (run, generate and bench do so by"
                + " themselves)")
    private void fast(boolean isGiven) {
      precision = Precision.FAST;
    }
  }

  /// What was chosen.
  ///
  /// @param usual where nothing was
  Precision or(Precision usual) {
    return choice == null || choice.precision == null ? usual : choice.precision;
  }
}
