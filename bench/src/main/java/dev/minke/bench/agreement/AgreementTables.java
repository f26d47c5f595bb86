package dev.minke.bench.agreement;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/// Results as tables for people, types by kinds.
final class AgreementTables {
  private AgreementTables() {}

  static String line(Agreement one) {
    return String.format(
        Locale.ROOT,
        "%-24s %-13s perplexity %.4f fast %.4f llama.cpp %.4f; KL of the format %.2e, floor %.1e,"
            + " fast %.3e, llama.cpp %.6f (%.3e), fast to llama.cpp %.3e; same top %.4f %.4f",
        one.kind().title(),
        one.type(),
        one.perplexity(),
        one.fastPerplexity(),
        one.peerPerplexity(),
        one.formatError().mean(),
        one.floor().mean(),
        one.fast().mean(),
        one.peer().mean(),
        one.fromPeer().mean(),
        one.fastFromPeer().mean(),
        one.peer().sameTop(),
        one.fast().sameTop());
  }

  static void print(List<Agreement> all) {
    table(
        "From llama.cpp's distributions to the exact ones: mean KL, and as a share of the format's"
            + " own error, the mean KL from the model in F32",
        all,
        one -> number("%.1e", one.fromPeer().mean()) + share(one));
    table(
        "Places where both find the same token the most probable, in %: exact; fast",
        all, one -> top(one.fromPeer()) + "; " + top(one.fastFromPeer()));
    table(
        "From the exact distributions where products are taken in integers, mean KL: fast ones' /"
            + " llama.cpp's",
        all.stream().filter(AgreementTables::hasIntegerProducts).toList(),
        AgreementTables::ratio);
  }

  private static String ratio(Agreement one) {
    Distance fast = one.fast();
    Distance peer = one.peer();
    double ratio = fast.mean() / peer.mean();
    double error = ratio * Math.hypot(fast.error() / fast.mean(), peer.error() / peer.mean());
    return "%s / %s = %s ± %s"
        .formatted(
            number("%.1e", fast.mean()),
            number("%.1e", peer.mean()),
            number("%.2f", ratio),
            number("%.2f", error));
  }

  private static String share(Agreement one) {
    double percent = 100 * one.fromPeer().mean() / one.formatError().mean();
    return one.type().equals(QuantType.F32.name())
        ? ""
        : number(percent < 10 ? " (%.2g %%)" : " (%.0f %%)", percent);
  }

  private static String top(Distance distance) {
    return number("%.1f", 100 * distance.sameTop());
  }

  /// Else the fast products are the exact ones.
  private static boolean hasIntegerProducts(Agreement one) {
    return one.fast().mean() != one.floor().mean();
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value).replaceFirst("e([-+])0", "e$1");
  }

  private static void table(String title, List<Agreement> all, Function<Agreement, String> cell) {
    Set<Kind> kinds = new LinkedHashSet<>();
    Set<String> types = new LinkedHashSet<>();
    for (Agreement one : all) {
      kinds.add(one.kind());
      types.add(one.type());
    }
    System.out.printf("%n%s%n%n", title);
    List<String> heading = new ArrayList<>(List.of("type"));
    kinds.forEach(kind -> heading.add(kind.title()));
    row(heading);
    System.out.println("|---".repeat(heading.size()) + "|");
    for (String type : types) {
      List<String> cells = new ArrayList<>(List.of(type));
      for (Kind kind : kinds) {
        cells.add(
            all.stream()
                .filter(one -> one.kind() == kind && one.type().equals(type))
                .findFirst()
                .map(cell)
                .orElse(""));
      }
      row(cells);
    }
  }

  private static void row(List<String> cells) {
    System.out.println("| " + String.join(" | ", cells) + " |");
  }
}
