package dev.minke.cli.console;

import dev.minke.ledger.Account;
import dev.minke.ledger.Ledger;
import java.io.IOException;

/// Charges what is done around a training to the ledger, each part as a stage of its own: a total
/// that leaves it out misleads.
///
/// @param subject the name of the run
public record Stages(Ledger ledger, String subject) {
  /// What a stage does.
  @FunctionalInterface
  public interface Work<T> {
    /// @param tally to be told what was read and computed
    T run(Tally tally) throws IOException;
  }

  /// Does a stage; one that fails is charged, too.
  public <T> T charge(String stage, Work<T> work) throws IOException {
    Account account = ledger.start(stage, subject);
    Tally tally = new Tally();
    String outcome = "failed";
    try {
      T result = work.run(tally);
      outcome = "completed";
      return result;
    } finally {
      account.end(outcome, tally.tokens(), tally.flops(), 0);
    }
  }
}
