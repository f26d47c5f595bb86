package dev.minke.data;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What was found in a source: how much is good, and what is bad and where. Mutable; one thread.
public final class SourceReport {
  /// Bad documents of one flaw that are remembered with their place.
  private static final int EXAMPLES = 3;

  private final String source;
  private final Map<Flaw, Long> counts = new EnumMap<>(Flaw.class);
  private final Map<Flaw, List<BadDocument>> examples = new EnumMap<>(Flaw.class);
  private List<Path> others = List.of();
  private long documents;
  private long bytes;

  SourceReport(String source) {
    this.source = source;
  }

  void good(int documentBytes) {
    documents++;
    bytes += documentBytes;
  }

  void bad(BadDocument document) {
    counts.merge(document.flaw(), 1L, Long::sum);
    List<BadDocument> known = examples.computeIfAbsent(document.flaw(), _ -> new ArrayList<>());
    if (known.size() < EXAMPLES) {
      known.add(document);
    }
  }

  /// Notes files of a folder that are not read.
  void others(List<Path> files) {
    others = List.copyOf(files);
  }

  /// Good documents.
  public long documents() {
    return documents;
  }

  /// UTF-8 bytes of the good documents.
  public long bytes() {
    return bytes;
  }

  /// Bad documents by flaw.
  public Map<Flaw, Long> counts() {
    return Map.copyOf(counts);
  }

  /// Bad documents.
  public long bad() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /// Share of documents that are bad; 0 if there is no document.
  public double badShare() {
    return bad() == 0 ? 0 : (double) bad() / (documents + bad());
  }

  /// What is wrong, for people: one line for each flaw, with the places of the first ones, and one
  /// for the files of a folder that are of no format that is read; empty if nothing is.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    counts.forEach((flaw, count) -> lines.add(line(flaw, count)));
    if (!others.isEmpty()) {
      String names =
          others.stream().limit(EXAMPLES).map(Path::toString).collect(Collectors.joining("; "));
      lines.add(
          "%,d files not read, neither text nor JSONL nor Parquet by name: %s%s"
              .formatted(others.size(), names, others.size() > EXAMPLES ? "; …" : ""));
    }
    return lines;
  }

  private String line(Flaw flaw, long count) {
    List<BadDocument> known = examples.getOrDefault(flaw, List.of());
    StringBuilder line = new StringBuilder("%,d left out, %s: ".formatted(count, flaw.words()));
    for (int i = 0; i < known.size(); i++) {
      BadDocument one = known.get(i);
      line.append(i == 0 ? "" : "; ")
          .append("%s, %s (%s)".formatted(one.file(), one.place(), one.detail()));
    }
    return line.append(count > known.size() ? "; …" : "").toString();
  }

  /// Refuses a source without a good document, or with too many bad ones.
  ///
  /// @param share of bad documents that is allowed
  /// @throws IllegalArgumentException naming the source and what is wrong in it
  public void requireUsable(double share) {
    String first = lines().stream().findFirst().orElse("no text");
    if (documents == 0) {
      throw new IllegalArgumentException(
          "%s: expected text to learn from, found none: %s".formatted(source, first));
    }
    if (badShare() > share) {
      throw new IllegalArgumentException(
          "%s: expected at most %s %% of bad documents, found %.2f %% (%,d of %,d): %s; mend it, or raise maxBadShare"
              .formatted(
                  source, percent(share), 100 * badShare(), bad(), documents + bad(), first));
    }
  }

  private static String percent(double share) {
    return BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString();
  }
}
