package dev.minke.cli.quickstart;

import dev.minke.ledger.Account;
import dev.minke.train.RunFacts;
import dev.minke.train.StepMetrics;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainSummary;
import dev.minke.train.ValidationMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;

/// Charges a run to an account while it shows it: a heartbeat with each checkpoint, so that a
/// killed run is charged up to there. Mutable.
final class Charged implements TrainListener {
  private final Account account;
  private final TrainListener shown;
  private long tokens;
  private double flops;

  Charged(Account account, TrainListener shown) {
    this.account = account;
    this.shown = shown;
  }

  @Override
  public void started(RunFacts facts) {
    shown.started(facts);
  }

  @Override
  public void step(StepMetrics metrics) {
    tokens += metrics.tokens();
    flops += metrics.flops();
    shown.step(metrics);
  }

  @Override
  public void validated(ValidationMetrics metrics) {
    shown.validated(metrics);
  }

  @Override
  public void saved(Path checkpoint, int step) {
    try {
      account.heartbeat(tokens, flops, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    shown.saved(checkpoint, step);
  }

  @Override
  public void stopped(TrainSummary summary) {
    try {
      account.end(
          summary.reason().name().toLowerCase(Locale.ROOT), tokens, flops, summary.peakBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    shown.stopped(summary);
  }
}
