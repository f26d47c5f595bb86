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
        "Mean KL divergence from llama.cpp's distributions to the exact ones",
        all,
        one -> number("%.1e", one.fromPeer().mean()));
    table(
        "The same as a share of the format's own error, the mean KL from the model in F32",
        all,
        one ->
            one.type().equals("F32")
                ? "-"
                : number("%.2g %%", 100 * one.fromPeer().mean() / one.formatError().mean()));
    table(
        "Places where both find the same token the most probable, exact; fast",
        all,
        one ->
            number("%.1f", 100 * one.fromPeer().sameTop())
                + "; "
                + number("%.1f", 100 * one.fastFromPeer().sameTop()));
    table(
        "Mean KL from the exact distributions: fast; llama.cpp",
        all.stream().filter(AgreementTables::isFast).toList(),
        one -> number("%.2e", one.fast().mean()) + "; " + number("%.2e", one.peer().mean()));
  }

  private static boolean isFast(Agreement one) {
    return Math.abs(one.fast().mean() - one.floor().mean()) > 1e-7;
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
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
