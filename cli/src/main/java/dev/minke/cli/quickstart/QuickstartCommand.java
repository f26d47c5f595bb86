package dev.minke.cli.quickstart;

import dev.minke.backend.Backends;
import dev.minke.kernel.Kernels;
import dev.minke.train.StopReason;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `minke quickstart`.
@Command(
    name = "quickstart",
    description =
        "Trains a small DeepSeek-V3 model on facts in many sentence forms, and asks it for them in"
            + " forms that it has not seen. Ctrl-C saves; the same command goes on.",
    mixinStandardHelpOptions = true)
public final class QuickstartCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the run goes (default: runs/quickstart).")
  private Path out = Path.of("runs", "quickstart");

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of text, order and initial weights; same seed, same bits (default: 1).")
  private long seed = 1;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = BudgetConverter.class,
      description =
          "Size of the run: 6m is the full one; less buys a share of its steps, by a fixed rule and"
              + " not by the speed of this machine (default: 6m).")
  private Duration budget = Plan.FULL_BUDGET;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that compute; they change no bit (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (spec == null) {
      throw new IllegalStateException("quickstart: picocli gave no specification");
    }
    PrintWriter writer = spec.commandLine().getOut();
    Plan plan = Plan.of(budget);
    Quickstart quickstart = new Quickstart(out, plan.recipe(seed));
    if (quickstart.isFinished()) {
      writer.println(
          "%s holds a finished run: nothing is trained again; another --out begins another"
              .formatted(out));
    }
    if (!plan.isFull()) {
      writer.println(
          "budget     %d s: %d steps, too few to learn it all; 6m is the full run"
              .formatted(budget.toSeconds(), plan.steps()));
    }
    boolean terminal = System.console() != null && System.console().isTerminal();
    try (Kernels kernels = Backends.open(threads)) {
      var progress = new Progress(writer, terminal, plan.expected());
      StopReason reason = quickstart.run(kernels, progress, new Report(writer));
      return reason.isSound() ? 0 : 1;
    }
  }

  /// `90s`, `6m`, `1h`; a number alone counts seconds.
  static final class BudgetConverter implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(s|m|h|)");

    @Override
    public Duration convert(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
        throw new TypeConversionException(
            "expected a time above 0 such as 90s or 6m, found '%s'".formatted(text));
      }
      long amount = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "h" -> Duration.ofHours(amount);
        case "m" -> Duration.ofMinutes(amount);
        default -> Duration.ofSeconds(amount);
      };
    }
  }
}
