package dev.minke.ledger;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What one run comes to.
///
/// @param start how it began
/// @param outcome in a word; [#CRASHED] if it never said that it was over
/// @param usage in all; of a crashed run up to its last heartbeat
public record Charge(LedgerEntry.Start start, String outcome, Usage usage) {
  /// Outcome of a run without an end: crashed, killed, or running still.
  public static final String CRASHED = "crashed";

  /// The charges of a ledger in the order of their starts. An entry of a run whose start was lost
  /// is charged to nobody and cannot occur unless lines were removed.
  public static List<Charge> all(List<LedgerEntry> entries) {
    Map<String, Charge> charges = new LinkedHashMap<>();
    for (LedgerEntry entry : entries) {
      switch (entry) {
        case LedgerEntry.Start start ->
            charges.put(start.run(), new Charge(start, CRASHED, Usage.NONE));
        case LedgerEntry.Heartbeat heartbeat ->
            charges.computeIfPresent(
                heartbeat.run(),
                (_, charge) -> new Charge(charge.start, charge.outcome, heartbeat.usage()));
        case LedgerEntry.End end ->
            charges.computeIfPresent(
                end.run(), (_, charge) -> new Charge(charge.start, end.outcome(), end.usage()));
      }
    }
    return new ArrayList<>(charges.values());
  }

  /// Whether it never said that it was over.
  public boolean isCrashed() {
    return outcome.equals(CRASHED);
  }
}
