package dev.minke.cli.quickstart;

import dev.minke.backend.Backends;
import dev.minke.cli.console.Progress;
import dev.minke.kernel.Kernels;
import java.io.IOException;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `minke quickstart`.
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = {
      "Train a small DeepSeek-V3 on facts, then ask for them.",
      "",
      "The facts are stated in many sentence forms and asked for in forms in which they were"
          + " never seen, beside models that count words. No download. Ctrl-C saves; the same"
          + " command goes on."
    },
    footer = {
      "",
      "Examples:",
      "  minke quickstart",
      "  minke quickstart --seed 2 --budget 60s --out runs/short"
    })
public final class QuickstartCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "directory of the run (default: runs/quickstart)")
  private Path out = Path.of("runs", "quickstart");

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "of text, order and initial weights; same seed, same bits (default: 1)")
  private long seed = 1;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = BudgetConverter.class,
      description =
          "time it may take: 3m and more buy the full run, less buys fewer steps, by a fixed rule"
              + " and not by the speed of this machine (default: 6m)")
  private Duration budget = Plan.USUAL_BUDGET;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "threads that compute; they change no bit (default: all processors)")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (spec == null) {
      throw new IllegalStateException("quickstart: picocli gave no specification");
    }
    if (threads < 1) {
      throw new ParameterException(
          spec.commandLine(), "--threads: expected 1 or more, found " + threads);
    }
    Progress progress = Progress.on(spec.commandLine().getErr(), "DeepSeek-V3");
    Quickstart quickstart = new Quickstart(out, Plan.of(budget), seed);
    if (quickstart.isFinished()) {
      progress.say("finished", "%s holds a whole run; --out DIR begins another one elsewhere", out);
    }
    if (!quickstart.plan().isFull()) {
      progress.say(
          "budget",
          "%s buys %d steps; %s and more buy the full run",
          Progress.duration(budget.toSeconds()),
          quickstart.plan().steps(),
          Progress.duration(Plan.fullBudget().toSeconds()));
    }
    try (Kernels kernels = Backends.open(threads)) {
      return quickstart.run(kernels, progress, new Report(spec.commandLine().getOut()));
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
