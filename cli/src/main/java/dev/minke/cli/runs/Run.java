package dev.minke.cli.runs;

import dev.minke.ledger.Charge;
import dev.minke.ledger.CostTable;
import dev.minke.ledger.Ledger;
import dev.minke.ledger.LedgerEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A run at one moment, from its files.
///
/// @param files where it lies
/// @param card what it said of itself
/// @param status how it stands
/// @param metrics of its steps and validations
/// @param entries of its ledger
/// @param samples what the model wrote
/// @param time when it was looked at
public record Run(
    RunFiles files,
    RunCard card,
    RunStatus status,
    Metrics metrics,
    List<LedgerEntry> entries,
    List<Sample> samples,
    Instant time) {
  private static final int RECENT = 50;

  public Run {
    entries = List.copyOf(entries);
    samples = List.copyOf(samples);
  }

  /// A run that is looked at again and again; of a training in phases, the phase that was written
  /// to last. Mutable; belongs to one thread.
  public static final class Observed {
    private final Path directory;
    private final InstantSource clock;
    private RunFiles files;
    private MetricsReader reader;

    /// @param directory of the run; may not be there yet
    public Observed(Path directory, InstantSource clock) {
      this.directory = directory;
      this.clock = clock;
      this.files = RunFiles.of(directory);
      this.reader = new MetricsReader(files.training());
    }

    /// The run now.
    public Run look() throws IOException {
      RunFiles now = RunFiles.ofLastPhase(directory);
      if (!now.equals(files)) {
        files = now;
        reader = new MetricsReader(files.training());
      }
      return Run.of(files, reader.read(), goesOn(), clock.instant());
    }

    /// Whether phases are to come after the one that is shown.
    private boolean goesOn() throws IOException {
      List<String> later = RunCard.read(RunFiles.of(directory).training()).later();
      return !later.isEmpty() && !files.directory().endsWith(later.getLast());
    }
  }

  /// Looks at a run once.
  ///
  /// @throws IllegalArgumentException if the directory has nothing of a run
  public static Run of(Path directory) throws IOException {
    RunFiles files = RunFiles.of(directory);
    files.require();
    Instant now = InstantSource.system().instant();
    return of(files, new MetricsReader(files.training()).read(), false, now);
  }

  private static Run of(RunFiles files, Metrics metrics, boolean goesOn, Instant time)
      throws IOException {
    List<LedgerEntry> entries = Ledger.read(files.accounts()).entries();
    Path training = files.training();
    return new Run(
        files,
        RunCard.read(training),
        RunStatus.of(entries, goesOn, written(training), slowest(metrics), time),
        metrics,
        entries,
        Sample.all(training),
        time);
  }

  private static @Nullable Instant written(Path directory) throws IOException {
    Path file = directory.resolve(RunFiles.METRICS);
    return Files.exists(file) ? Files.getLastModifiedTime(file).toInstant() : null;
  }

  private static double slowest(Metrics metrics) {
    List<StepPoint> steps = metrics.steps();
    return steps.subList(Math.max(0, steps.size() - RECENT), steps.size()).stream()
        .mapToDouble(StepPoint::seconds)
        .max()
        .orElse(Double.NaN);
  }

  /// Its name: the recipe's, else that of its directory.
  public String name() {
    Path last = files.directory().toAbsolutePath().normalize().getFileName();
    return card.name() != null ? card.name() : last == null ? "/" : last.toString();
  }

  /// Steps done.
  public int step() {
    StepPoint last = metrics.last();
    return last == null ? 0 : last.step();
  }

  /// Steps of the whole run; 0 if that is not known.
  public int steps() {
    return status.phase() == RunStatus.Phase.FINISHED && card.steps() == 0 ? step() : card.steps();
  }

  /// Seconds to the end, as the trainer says or at the newest steps' speed; NaN if unknown, 0 if it
  /// is over.
  public double secondsLeft() {
    if (status.phase().isOver()) {
      return 0;
    }
    StepPoint last = metrics.last();
    double told = last == null ? Double.NaN : last.secondsLeft();
    return steps() == 0 || !Double.isNaN(told) ? told : metrics.secondsFor(steps() - step());
  }

  /// What it cost so far.
  public CostTable cost() {
    return CostTable.of(Charge.all(entries));
  }
}
