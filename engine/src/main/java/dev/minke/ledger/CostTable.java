package dev.minke.ledger;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Charges by stage, with their sum: rows of text, for whoever prints them.
///
/// @param rows one a stage, in the order of their first starts, then the sum
public record CostTable(List<Row> rows) {
  private static final String LAYOUT = "%-10s %4s %7s %9s %9s %9s %9s %9s";

  public CostTable {
    rows = List.copyOf(rows);
  }

  /// @param stage its name; `total` in the last row
  /// @param runs all of them
  /// @param crashed those without an end
  /// @param usage of all runs, crashed ones up to their last heartbeat
  public record Row(String stage, int runs, int crashed, Usage usage) {
    Row plus(Charge charge) {
      return new Row(
          stage, runs + 1, crashed + (charge.isCrashed() ? 1 : 0), usage.plus(charge.usage()));
    }
  }

  public static CostTable of(List<Charge> charges) {
    Map<String, Row> stages = new LinkedHashMap<>();
    Row total = new Row("total", 0, 0, Usage.NONE);
    for (Charge charge : charges) {
      String stage = charge.start().stage();
      Row before = stages.getOrDefault(stage, new Row(stage, 0, 0, Usage.NONE));
      stages.put(stage, before.plus(charge));
      total = total.plus(charge);
    }
    List<Row> rows = new ArrayList<>(stages.values());
    rows.add(total);
    return new CostTable(rows);
  }

  /// A heading and one aligned line a row.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        LAYOUT.formatted("stage", "runs", "crashed", "tokens", "FLOPs", "CPU", "wall", "memory"));
    for (Row row : rows) {
      Usage usage = row.usage();
      lines.add(
          LAYOUT.formatted(
              row.stage(),
              row.runs(),
              row.crashed(),
              scaled(usage.tokens()),
              scaled(usage.flops()),
              duration(usage.cpuSeconds()),
              duration(usage.wallSeconds()),
              scaled(usage.peakBytes()) + "B"));
    }
    return lines;
  }

  /// Three digits or four, and a decimal prefix.
  private static String scaled(double value) {
    String[] prefixes = {"", "k", "M", "G", "T", "P", "E", "Z"};
    int power = 0;
    double left = value;
    while (left >= 1000 && power < prefixes.length - 1) {
      left /= 1000;
      power++;
    }
    return power == 0
        ? String.format(Locale.ROOT, "%.0f", left)
        : String.format(Locale.ROOT, "%.1f%s", left, prefixes[power]);
  }

  private static String duration(double seconds) {
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1fs", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? "%dm%02ds".formatted(whole / 60, whole % 60)
        : "%dh%02dm".formatted(whole / 3600, whole / 60 % 60);
  }
}
