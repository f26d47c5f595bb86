package dev.minke.cli.show;

import dev.minke.kernel.CacheFormat;
import dev.minke.model.CausalModel;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderSize;
import dev.minke.train.MemoryEstimate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A model's sizes at a batch and a length.
///
/// @param config sizes and rules
/// @param batch rows: of a micro-batch in training, sequences at once in inference
/// @param length tokens of a row or sequence
/// @param choices about the memory of training
public record ModelFacts(
    DecoderConfig config, int batch, int length, MemoryEstimate.Choices choices) {
  private static final String ROW = "%-34s %18s %12s";

  private MemoryEstimate training() {
    return MemoryEstimate.of(config, batch, length, choices);
  }

  private Map<String, Long> parts() {
    DecoderSize.Parts parts = new DecoderSize(config).parts();
    Map<String, Long> named = new LinkedHashMap<>();
    named.put("embedding", parts.embedding());
    named.put("attention", parts.attention());
    named.put("norms", parts.norms());
    named.put("dense feed-forward", parts.dense());
    named.put("routers", parts.routers());
    named.put("routed experts", parts.experts());
    named.put("shared experts", parts.shared());
    named.put("head", parts.head());
    return named;
  }

  private Map<String, Long> memory() {
    MemoryEstimate training = training();
    Map<String, Long> named = new LinkedHashMap<>();
    named.put("weights", training.weights());
    named.put("packed weights", training.prepared());
    named.put("gradients", training.gradients());
    named.put("moments", training.moments());
    named.put("average of weights", training.average());
    named.put("activations", training.activations());
    named.put("their gradients", training.activationGradients());
    return named;
  }

  /// Numbers that the cache holds of a token.
  long cacheNumbers() {
    return new DecoderSize(config).cacheNumbers();
  }

  /// What a token takes in the formats that a cache can have.
  String cacheFormats() {
    CausalModel.CacheShape shape = new DecoderSize(config).cacheShape();
    String formats =
        text(
            "%,d bytes in F32, %,d in BF16",
            shape.bytes(CacheFormat.F32), shape.bytes(CacheFormat.BF16));
    return switch (config.attention()) {
      case DecoderConfig.Latent _ -> formats + text(", %,d in FP8", shape.bytes(CacheFormat.FP8));
      case DecoderConfig.Grouped _ -> formats;
    };
  }

  /// Bytes of the cache of all sequences, in F32, as the engine has it if it is not told otherwise.
  long cacheBytes() {
    return batch * (long) length * Float.BYTES * cacheNumbers();
  }

  /// Operations of a token in the middle of a row: half of it lies before.
  private double inferenceFlops() {
    return new DecoderSize(config).forwardFlops(length / 2);
  }

  private double trainingFlops() {
    return 3 * (inferenceFlops() + new DecoderSize(config).predictorFlops(length / 2));
  }

  /// Masters and packed panels, and the cache of all sequences.
  private long inferenceBytes() {
    MemoryEstimate training = training();
    return training.weights() + training.prepared() / 2 + cacheBytes();
  }

  /// For people.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(title());
    lines.add("");
    lines.addAll(parameterLines());
    lines.add("");
    lines.add(text("operations of a token, at %,d positions", length / 2));
    lines.add("  " + operations());
    lines.add("");
    lines.add(text("cache of a token: %,d numbers, %s", cacheNumbers(), cacheFormats()));
    lines.add(
        text(
            "inference, %d of %,d tokens: %s (cache %s)",
            batch, length, bytes(inferenceBytes()), bytes(cacheBytes())));
    lines.add(
        text(
            "training, %d rows of %,d tokens at once%s: %s",
            batch,
            length,
            switch (choices.activations()) {
              case KEEP -> "";
              case BF16 -> ", insides of blocks in BF16";
              case RECOMPUTE -> ", blocks computed again";
            },
            bytes(trainingBytes())));
    memory().forEach((name, bytes) -> lines.add(text("  %-24s %s", name, bytes(bytes))));
    return lines;
  }

  /// What the model is, in a line.
  String title() {
    String attention =
        switch (config.attention()) {
          case DecoderConfig.Latent _ -> "latent attention";
          case DecoderConfig.Grouped(int heads, int keyHeads, int _) ->
              heads == keyHeads
                  ? "multi-head attention"
                  : text("grouped attention of %d heads over %d", heads, keyHeads);
        };
    return text(
        "%s: %d layers of width %d, %s, %s, vocabulary %,d",
        config.architecture().modelType(),
        config.layers(),
        config.dim(),
        attention,
        experts(),
        config.vocab());
  }

  /// Parameters by part, with a heading; parts that are not there are left out.
  List<String> parameterLines() {
    DecoderSize size = new DecoderSize(config);
    DecoderSize.Parts parts = size.parts();
    List<String> lines = new ArrayList<>();
    lines.add(text(ROW, "parameters", "number", "in F32"));
    parts()
        .forEach((name, number) -> {
          if (number > 0) {
            lines.add(row(name, number));
          }
        });
    lines.add(row("total", parts.total()));
    if (size.active() != parts.total()) {
      lines.add(row("active for a token", size.active()));
    }
    if (parts.predictor() > 0) {
      lines.add(row("predictor, besides", parts.predictor()));
    }
    return lines;
  }

  /// Operations of a token in the middle of a row, in words.
  String operations() {
    return text("inference %s, training %s", flops(inferenceFlops()), flops(trainingFlops()));
  }

  /// Memory that training takes.
  long trainingBytes() {
    return training().total();
  }

  private String experts() {
    DecoderConfig.Experts e = config.experts();
    return e.count() == 0
        ? "no experts"
        : "%d of %d experts + %d shared".formatted(e.rule().activeExperts(), e.count(), e.shared());
  }

  private static String row(String name, long number) {
    return text(ROW, "  " + name, text("%,d", number), bytes(Float.BYTES * number));
  }

  /// For programs: bytes and numbers, nothing rounded.
  public Map<String, Object> json() {
    DecoderSize size = new DecoderSize(config);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("parameters", size.parts().total());
    json.put("activeParameters", size.active());
    json.put("predictorParameters", size.parts().predictor());
    json.put("parametersByPart", parts());
    json.put("batch", batch);
    json.put("length", length);
    json.put("inferenceFlopsPerToken", inferenceFlops());
    json.put("trainingFlopsPerToken", trainingFlops());
    json.put("cacheNumbersPerToken", cacheNumbers());
    json.put("cacheBytesPerToken", Float.BYTES * cacheNumbers());
    json.put("inferenceBytes", inferenceBytes());
    json.put("trainingBytes", trainingBytes());
    json.put("trainingBytesByPart", memory());
    return json;
  }

  private static String flops(double flops) {
    return flops >= 1e9 ? text("%.2f GFLOP", flops / 1e9) : text("%.2f MFLOP", flops / 1e6);
  }

  /// Binary multiples, three digits or four.
  static String bytes(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double left = bytes;
    int unit = 0;
    while (left >= 1024 && unit < units.length - 1) {
      left /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : text("%.1f %s", left, units[unit]);
  }

  static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
