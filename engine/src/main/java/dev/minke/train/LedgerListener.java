package dev.minke.train;

import dev.minke.ledger.Account;
import dev.minke.ledger.Ledger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Keeps the account of a run: start, a heartbeat every few seconds, end; before it, where steps
/// are timed to plan it, an account `plan`. Serves one run.
public final class LedgerListener implements TrainListener {
  private static final long HEARTBEAT_NANOS = 10_000_000_000L;

  private final Ledger ledger;
  private final String stage;
  private final String subject;
  private @Nullable Account account;
  private long lastBeat;
  private long tokens;
  private double flops;
  private long peakBytes;

  /// @param ledger to be written to; the caller closes it
  /// @param stage `pretrain`, …
  /// @param subject the name of the model or recipe
  public LedgerListener(Ledger ledger, String stage, String subject) {
    this.ledger = ledger;
    this.stage = stage;
    this.subject = subject;
  }

  @Override
  public void planning() {
    account = start("plan");
  }

  @Override
  public void planned(long plannedTokens, double plannedFlops) {
    if (account != null) {
      try {
        account.end("completed", plannedTokens, plannedFlops, 0);
      } catch (IOException e) {
        throw failure(e);
      }
    }
  }

  private Account start(String what) {
    try {
      return ledger.start(what, subject);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void started(RunFacts facts) {
    account = start(stage);
    lastBeat = System.nanoTime();
  }

  @Override
  public void step(StepMetrics metrics) {
    tokens += metrics.tokens();
    flops += metrics.flops();
    peakBytes = metrics.peakBytes();
    if (account != null && System.nanoTime() - lastBeat >= HEARTBEAT_NANOS) {
      lastBeat = System.nanoTime();
      try {
        account.heartbeat(tokens, flops, peakBytes);
      } catch (IOException e) {
        throw failure(e);
      }
    }
  }

  @Override
  public void stopped(TrainSummary summary) {
    if (account != null) {
      String outcome =
          switch (summary.reason()) {
            case COMPLETED -> "completed";
            case REQUESTED -> "stopped";
            case NOT_FINITE, DIVERGED -> "failed";
          };
      try {
        account.end(outcome, tokens, flops, summary.peakBytes());
      } catch (IOException e) {
        throw failure(e);
      }
    }
  }

  private static UncheckedIOException failure(IOException e) {
    return new UncheckedIOException(
        String.format(Locale.ROOT, "ledger: cannot be written (%s); free space", e.getMessage()),
        e);
  }
}
