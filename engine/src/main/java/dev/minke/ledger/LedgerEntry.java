package dev.minke.ledger;

import java.time.Instant;

/// A line of the ledger.
public sealed interface LedgerEntry {
  /// Which run it is about.
  String run();

  /// When it was written.
  Instant time();

  /// A run begins.
  ///
  /// @param stage `pretrain`, `tokenizer`, …
  /// @param subject what is worked on: the name of a model or recipe
  record Start(String run, Instant time, String stage, String subject, Machine machine)
      implements LedgerEntry {}

  /// A run lives.
  ///
  /// @param usage since its start
  record Heartbeat(String run, Instant time, Usage usage) implements LedgerEntry {}

  /// A run is over.
  ///
  /// @param outcome in a word: `completed`, `stopped`, `failed`
  /// @param usage since its start
  record End(String run, Instant time, String outcome, Usage usage) implements LedgerEntry {}
}
