package dev.minke.cli.measure;

import dev.minke.eval.Divergence;
import dev.minke.eval.Estimate;
import dev.minke.eval.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// How far a model is from a reference, by the names of `llama-perplexity --kl-divergence`.
///
/// @param found what was measured
public record DivergenceReport(Divergence found) {
  private static final Map<String, Double> SHARES = shares();

  private static Map<String, Double> shares() {
    Map<String, Double> shares = new LinkedHashMap<>();
    shares.put("Maximum", 1.0);
    shares.put("99.9%", 0.999);
    shares.put("99.0%", 0.99);
    shares.put("95.0%", 0.95);
    shares.put("90.0%", 0.9);
    shares.put("Median", 0.5);
    shares.put("10.0%", 0.1);
    shares.put("5.0%", 0.05);
    shares.put("1.0%", 0.01);
    shares.put("Minimum", 0.0);
    return shares;
  }

  /// For people.
  public List<String> lines() {
    Divergence.Losses losses = found.losses();
    List<String> lines = new ArrayList<>();
    lines.add(line("Mean PPL(Q)", "%.6f ± %.6f", losses.loss().exp()));
    lines.add(line("Mean PPL(base)", "%.6f ± %.6f", losses.reference().exp()));
    lines.add(line("Cor(ln(PPL(Q)), ln(PPL(base)))", "%.2f%%", percent(losses.correlation())));
    lines.add(line("Mean ln(PPL(Q)/PPL(base))", "%.6f ± %.6f", losses.logRatio()));
    lines.add(line("Mean PPL(Q)/PPL(base)", "%.6f ± %.6f", losses.logRatio().exp()));
    lines.add(line("Mean PPL(Q)-PPL(base)", "%.6f ± %.6f", losses.difference()));
    lines.add("");
    lines.add(line("Mean KLD", "%.6f ± %.6f", found.divergence().mean()));
    SHARES.forEach((name, share) ->
        lines.add(line(name + " KLD", "%.6f", one(found.divergence().quantile(share)))));
    lines.add("");
    lines.add(line("Mean Δp", "%.3f ± %.3f %%", found.probabilityChange().mean().times(100)));
    SHARES.forEach((name, share) ->
        lines.add(
            line(name + " Δp", "%.3f%%", percent(found.probabilityChange().quantile(share)))));
    lines.add(line("RMS Δp", "%.3f ± %.3f %%", found.rootMeanSquareChange().times(100)));
    lines.add(line("Same top p", "%.3f ± %.3f %%", found.sameTop().times(100)));
    return lines;
  }

  private static Estimate one(double value) {
    return new Estimate(value, 0);
  }

  private static Estimate percent(double share) {
    return one(100 * share);
  }

  private static String line(String name, String format, Estimate estimate) {
    String figure = String.format(Locale.ROOT, format, estimate.mean(), estimate.error());
    return String.format(Locale.ROOT, "%-31s: %s", name, figure);
  }

  /// Nothing rounded; shares and changes of probability from 0 to 1.
  public ObjectNode json() {
    Divergence.Losses losses = found.losses();
    ObjectNode object = JsonMapper.shared().createObjectNode();
    PerplexityReport.put(object, "ppl", losses.loss().exp());
    PerplexityReport.put(object, "ppl_base", losses.reference().exp());
    object.put("cor_ln_ppl", losses.correlation());
    PerplexityReport.put(object, "ln_ppl_ratio", losses.logRatio());
    PerplexityReport.put(object, "ppl_ratio", losses.logRatio().exp());
    PerplexityReport.put(object, "ppl_difference", losses.difference());
    put(object, "kld", found.divergence());
    put(object, "delta_p", found.probabilityChange());
    PerplexityReport.put(object, "rms_delta_p", found.rootMeanSquareChange());
    PerplexityReport.put(object, "same_top_p", found.sameTop());
    return object.put("tokens", found.divergence().sorted().length);
  }

  private static void put(ObjectNode object, String name, Spread spread) {
    PerplexityReport.put(object, "mean_" + name, spread.mean());
    SHARES.forEach((share, value) ->
        object.put(share.toLowerCase(Locale.ROOT) + "_" + name, spread.quantile(value)));
  }
}
