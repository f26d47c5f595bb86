package dev.minke.cli.watch;

import dev.minke.cli.report.Panels;
import dev.minke.cli.report.RunCharts;
import dev.minke.cli.runs.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The texts that the live page is made of. Thread-safe.
final class WebPage {
  private static final String SHELL =
      """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <title>minke watch</title>
      <style>
      """
          + Panels.STYLE
          + """
          #tip{position:fixed;pointer-events:none;background:var(--ink);color:var(--paper);font-size:12px;padding:5px 8px;border-radius:5px;white-space:pre;z-index:2}
          #note{background:#b91c1c;color:#fff;padding:6px 10px;border-radius:6px;margin-bottom:10px}
          #note[hidden],#tip[hidden]{display:none}nav{display:flex;gap:8px;flex-wrap:wrap;align-items:center;margin:0 0 12px;font-size:13px;color:var(--pale)}
          button{font:inherit;color:var(--ink);background:none;border:1px solid var(--grid);border-radius:6px;padding:4px 10px}button:disabled{opacity:.45}
          .chart .cross{stroke:var(--pale);stroke-dasharray:3 3}.chart .band{fill:var(--c0);opacity:.18}svg[data-plot]{cursor:crosshair;touch-action:pan-y}
          </style></head><body>
          <div id="note" hidden></div>
          <nav><span>steps:</span><button id="all" disabled>all</button><button data-last="2">last half</button><button data-last="10">last tenth</button><span>drag over a curve to zoom, double click for all</span></nav>
          <main id="view"></main>
          <div id="tip" hidden></div>
          <script src="/watch.js"></script>
          </body></html>
          """;

  private final Run.Observed observed;

  WebPage(Run.Observed observed) {
    this.observed = observed;
  }

  static String shell() {
    return SHELL;
  }

  static String script() {
    try (InputStream resource = WebPage.class.getResourceAsStream("watch.js")) {
      if (resource == null) {
        throw new IllegalStateException("watch.js: it is part of the program");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// How it stands and the curves.
  ///
  /// @param query `from=A&to=B` for some steps, `last=N` for the last one of `N` equal parts,
  ///   nothing for all
  /// @throws IllegalArgumentException if it asks for something else
  synchronized String view(String query) throws IOException {
    Map<String, Integer> asked = parameters(query);
    Run run = observed.look();
    int last = asked.getOrDefault("last", 0);
    int from = last > 0 ? run.step() - run.step() / last : asked.getOrDefault("from", 0);
    int to = asked.getOrDefault("to", Integer.MAX_VALUE);
    if (from >= to) {
      throw new IllegalArgumentException(
          "steps: expected from below to, found %d and %d".formatted(from, to));
    }
    return Panels.head(run) + Panels.charts(new RunCharts(run.metrics(), from, to));
  }

  private static Map<String, Integer> parameters(String query) {
    Map<String, Integer> parameters = new HashMap<>();
    for (String part : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      String[] pair = part.split("=", 2);
      if (pair.length < 2
          || !pair[1].matches("\\d{1,9}")
          || !(pair[0].equals("from") || pair[0].equals("to") || pair[0].equals("last"))) {
        throw new IllegalArgumentException(
            "query: expected from, to or last with a number, found '%s'".formatted(part));
      }
      parameters.put(pair[0], Integer.parseInt(pair[1]));
    }
    return parameters;
  }
}
