package dev.minke.cli.runs;

import dev.minke.ledger.Charge;
import dev.minke.ledger.LedgerEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How it stands with a run, as far as its files tell.
///
/// @param phase in a word
/// @param stage of the ledger that it is in, or was in last; empty if nothing has begun
/// @param lastSign when it last gave a sign of life; null if never
public record RunStatus(Phase phase, String stage, @Nullable Instant lastSign) {
  /// A training speaks after a step, but not more often than every ten seconds; a step of a large
  /// model may take a minute.
  private static final Duration SILENCE = Duration.ofMinutes(2);

  /// What is done before a training has no heartbeat.
  private static final Duration PREPARATION = Duration.ofHours(2);

  private static final String TRAINING = "pretrain";

  /// What a training in phases prepares before a stage of the ledger has begun.
  private static final String NEXT_PHASE = "next phase";

  /// Where a run is in its life.
  public enum Phase {
    /// No file of it is there.
    NOT_BEGUN("has not begun"),
    /// Text, tokenizer, probe: before the first step.
    PREPARING("prepares"),
    /// It trains.
    RUNNING("runs"),
    /// All steps done.
    FINISHED("finished"),
    /// Somebody stopped it; it can go on.
    STOPPED("stopped on request"),
    /// It gave up: no number, divergence, a full disk.
    FAILED("failed"),
    /// It ended without a word; it can go on.
    CRASHED("crashed");

    private final String words;

    Phase(String words) {
      this.words = words;
    }

    /// As one says it of a run.
    public String words() {
      return words;
    }

    /// Whether more is to be expected.
    public boolean isOver() {
      return switch (this) {
        case NOT_BEGUN, PREPARING, RUNNING -> false;
        case FINISHED, STOPPED, FAILED, CRASHED -> true;
      };
    }
  }

  /// @param entries of the ledger, in order
  /// @param goesOn whether a later phase follows a training that is completed
  /// @param written when the metrics were last written; null if never
  /// @param slowest seconds of the slowest of the newest steps; NaN if unknown
  static RunStatus of(
      List<LedgerEntry> entries,
      boolean goesOn,
      @Nullable Instant written,
      double slowest,
      Instant now) {
    List<Charge> charges = Charge.all(entries);
    if (charges.isEmpty()) {
      Duration patience = patience(slowest);
      return written == null
          ? new RunStatus(Phase.NOT_BEGUN, "", null)
          : new RunStatus(alive(written, patience, now, Phase.RUNNING), TRAINING, written);
    }
    Charge last = charges.getLast();
    Charge training =
        charges.stream()
            .filter(charge -> charge.start().stage().equals(TRAINING))
            .reduce((_, later) -> later)
            .orElse(null);
    Instant sign = later(entries.getLast().time(), written);
    String stage = last.start().stage();
    boolean isCompleted = training != null && training.outcome().equals("completed");
    if (isCompleted && !goesOn) {
      return new RunStatus(Phase.FINISHED, stage, sign);
    }
    if (isCompleted && last == training) {
      return new RunStatus(alive(sign, SILENCE, now, Phase.PREPARING), NEXT_PHASE, sign);
    }
    if (training != null && !training.isCrashed() && last == training) {
      return new RunStatus(over(training.outcome()), stage, sign);
    }
    if (last == training) {
      return new RunStatus(alive(sign, patience(slowest), now, Phase.RUNNING), stage, sign);
    }
    if (last.outcome().equals("failed")) {
      return new RunStatus(Phase.FAILED, stage, sign);
    }
    Duration patience = last.isCrashed() ? PREPARATION : SILENCE;
    return new RunStatus(alive(sign, patience, now, Phase.PREPARING), stage, sign);
  }

  private static Phase over(String outcome) {
    return outcome.equals("stopped") ? Phase.STOPPED : Phase.FAILED;
  }

  private static Duration patience(double slowest) {
    return Double.isNaN(slowest) || 5 * slowest < SILENCE.toSeconds()
        ? SILENCE
        : Duration.ofMillis((long) (5000 * slowest));
  }

  private static Phase alive(Instant sign, Duration patience, Instant now, Phase phase) {
    return sign.plus(patience).isBefore(now) ? Phase.CRASHED : phase;
  }

  private static Instant later(Instant a, @Nullable Instant b) {
    return b != null && b.isAfter(a) ? b : a;
  }
}
