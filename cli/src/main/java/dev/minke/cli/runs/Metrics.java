package dev.minke.cli.runs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The steps and validations of a run so far, in order, each once.
///
/// @param steps in order
/// @param validations in order
/// @param loads of the experts, for some of the steps, in order; the last one is the newest
/// @param ignored lines that could not be read; the last one of a file is not counted, it may be
///   about to be written
public record Metrics(
    List<StepPoint> steps, List<ValidationPoint> validations, List<StepLoads> loads, int ignored) {
  /// Nothing yet.
  public static final Metrics NONE = new Metrics(List.of(), List.of(), List.of(), 0);

  /// Steps over which speed is taken.
  private static final int RECENT = 20;

  public Metrics {
    steps = List.copyOf(steps);
    validations = List.copyOf(validations);
    loads = List.copyOf(loads);
  }

  /// The newest step.
  public @Nullable StepPoint last() {
    return steps.isEmpty() ? null : steps.getLast();
  }

  /// Whether any validation knows of a moving average of the weights.
  public boolean hasAverages() {
    return validations.stream().anyMatch(one -> !Double.isNaN(one.averageBitsPerByte()));
  }

  /// The validation with the lowest loss.
  public @Nullable ValidationPoint best() {
    return validations.stream()
        .filter(one -> Double.isFinite(one.loss()))
        .min(java.util.Comparator.comparingDouble(ValidationPoint::loss))
        .orElse(null);
  }

  /// Tokens a second over the newest steps; NaN if unknown.
  public double tokensPerSecond() {
    List<StepPoint> recent = recent();
    return recent.stream().mapToDouble(StepPoint::tokens).sum()
        / recent.stream().mapToDouble(StepPoint::seconds).sum();
  }

  /// Share of the measured peak over the newest steps, each weighed by its time; NaN if unknown.
  public double peakShare() {
    List<StepPoint> recent = recent();
    return recent.stream().mapToDouble(step -> step.peakShare() * step.seconds()).sum()
        / recent.stream().mapToDouble(StepPoint::seconds).sum();
  }

  /// Seconds for so many steps more, at the newest steps' speed; NaN if unknown.
  public double secondsFor(int more) {
    List<StepPoint> recent = recent();
    return more * recent.stream().mapToDouble(StepPoint::seconds).sum() / recent.size();
  }

  private List<StepPoint> recent() {
    return steps.subList(Math.max(0, steps.size() - RECENT), steps.size());
  }
}
