package dev.minke.cli.watch;

import dev.minke.cli.report.RunWords;
import dev.minke.cli.runs.Run;
import dev.minke.cli.runs.RunFiles;
import dev.minke.cli.runs.StepPoint;
import dev.minke.cli.runs.ValidationPoint;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A run as lines for a pipe or a file: each validation, a step now and then, each change of state.
/// Mutable; belongs to one thread.
final class Lines {
  private final PrintWriter out;
  private final Duration interval;
  private String state = "";
  private @Nullable RunFiles files;
  private int validated = -1;
  private int stepped = -1;
  private @Nullable Instant spoken;

  /// @param interval between two steps that are told
  Lines(PrintWriter out, Duration interval) {
    this.out = out;
    this.interval = interval;
  }

  /// Says what is new.
  void tell(Run run) {
    if (files != null && !files.equals(run.files())) {
      state = "";
      validated = -1;
      stepped = -1;
    }
    files = run.files();
    if (run.step() < stepped) {
      out.printf("again      from step %d, which a crash had undone%n", run.step());
      stepped = run.step() - 1;
      validated = Math.min(validated, stepped);
    }
    List<String> said = new ArrayList<>();
    String now = RunWords.state(run);
    boolean over = run.status().phase().isOver();
    for (ValidationPoint one : run.metrics().validations()) {
      if (one.step() > validated) {
        said.add("held-out   after step %d: loss %s".formatted(one.step(), RunWords.heldOut(one)));
        validated = one.step();
      }
    }
    StepPoint last = run.metrics().last();
    boolean isDue = spoken == null || !spoken.plus(interval).isAfter(run.time()) || over;
    if (last != null && last.step() > stepped && isDue) {
      String of = run.steps() == 0 ? "" : "/" + run.steps();
      said.add(
          "step       %d%s  %s"
              .formatted(last.step(), of, String.join("  ", RunWords.numbers(run))));
      stepped = last.step();
      spoken = run.time();
    }
    if (!now.equals(state)) {
      said.add(over ? said.size() : 0, "run        %s %s".formatted(run.name(), now));
      state = now;
    }
    said.forEach(out::println);
    out.flush();
  }
}
