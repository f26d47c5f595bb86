package dev.minke.cli.measure;

import dev.minke.eval.Estimate;
import dev.minke.eval.Perplexity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// How well a model expects a text.
///
/// @param found what was measured
/// @param windows in words: how the text was cut
public record PerplexityReport(Perplexity found, String windows) {
  /// For people.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line("perplexity", "%.4f ± %.4f", found.perplexity()));
    lines.add(line("loss", "%.5f ± %.5f nats a token", found.loss()));
    if (found.bytes() > 0) {
      lines.add(line("bits/byte", "%.4f ± %.4f", found.bitsPerByte()));
    }
    lines.add(String.format(Locale.ROOT, "%-11s%,d scored, %s", "tokens", found.tokens(), windows));
    return lines;
  }

  private static String line(String name, String format, Estimate estimate) {
    String figure = String.format(Locale.ROOT, format, estimate.mean(), estimate.error());
    return String.format(Locale.ROOT, "%-11s%s", name, figure);
  }

  /// Nothing rounded.
  public ObjectNode json() {
    ObjectNode object = JsonMapper.shared().createObjectNode();
    put(object, "perplexity", found.perplexity());
    put(object, "loss", found.loss());
    if (found.bytes() > 0) {
      put(object, "bits_per_byte", found.bitsPerByte());
      object.put("bytes", found.bytes());
    }
    return object.put("tokens", found.tokens()).put("windows", windows);
  }

  /// A figure and, under its name with `_error`, its standard error.
  static void put(ObjectNode object, String name, Estimate estimate) {
    object.put(name, estimate.mean()).put(name + "_error", estimate.error());
  }
}
