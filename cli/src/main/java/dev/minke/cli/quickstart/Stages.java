package dev.minke.cli.quickstart;

import dev.minke.ledger.Account;
import dev.minke.ledger.Ledger;
import java.io.IOException;

/// Charges each part of the story to the ledger, as a stage of its own: a total that leaves out
/// what was done around the training misleads.
///
/// @param subject the name of the run
record Stages(Ledger ledger, String subject) {
  /// What a stage does.
  @FunctionalInterface
  interface Work<T> {
    /// @param tally to be told what was read and computed
    T run(Tally tally) throws IOException;
  }

  /// Does a stage; one that fails is charged, too.
  <T> T charge(String stage, Work<T> work) throws IOException {
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
