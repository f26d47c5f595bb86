package dev.minke.cli.chat;

import dev.minke.inference.Sampler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How answers are drawn.
///
/// @param temperature 0 for the most probable token
/// @param topK tokens kept; 0 for all
/// @param topP share of the probability kept
/// @param seed of the draws
/// @param maxTokens most tokens of an answer; 0 for as many as there is room
/// @param thinks whether the model is asked to think; null leaves it to its template
public record Settings(
    double temperature, int topK, double topP, long seed, int maxTokens, @Nullable Boolean thinks) {
  /// The names that [#with] knows.
  static final List<String> NAMES = List.of("temperature", "top-p", "top-k", "seed", "max-tokens");

  /// What llama.cpp and Ollama take where a model's makers advise nothing.
  private static final double USUAL_TEMPERATURE = 0.8;

  private static final int USUAL_TOP_K = 40;
  private static final double USUAL_TOP_P = 0.95;

  public Settings {
    new Sampler(temperature, topK, topP, seed);
    if (maxTokens < 0) {
      throw new IllegalArgumentException(
          "max-tokens: expected 0 or more, found %d; 0 is as many as there is room"
              .formatted(maxTokens));
    }
  }

  /// What the makers of a model advise, the rest as usual.
  ///
  /// @param advice by the keys of `generation_config.json` or `general.sampling`
  public static Settings advised(Map<String, Object> advice, long seed) {
    boolean greedy = Boolean.FALSE.equals(advice.get("do_sample"));
    double temperature = number(advice, "temperature", number(advice, "temp", USUAL_TEMPERATURE));
    return new Settings(
        greedy ? 0 : temperature,
        (int) number(advice, "top_k", USUAL_TOP_K),
        number(advice, "top_p", USUAL_TOP_P),
        seed,
        0,
        null);
  }

  private static double number(Map<String, Object> advice, String key, double usual) {
    return advice.get(key) instanceof Number number ? number.doubleValue() : usual;
  }

  /// With a value for one of [#NAMES].
  ///
  /// @throws IllegalArgumentException if there is no such name, or its value cannot be this one
  public Settings with(String name, String value) {
    try {
      return switch (name) {
        case "temperature" -> changed(Double.parseDouble(value), topK, topP, seed, maxTokens);
        case "top-k" -> changed(temperature, Integer.parseInt(value), topP, seed, maxTokens);
        case "top-p" -> changed(temperature, topK, Double.parseDouble(value), seed, maxTokens);
        case "seed" -> changed(temperature, topK, topP, Long.parseLong(value), maxTokens);
        case "max-tokens" -> changed(temperature, topK, topP, seed, Integer.parseInt(value));
        default ->
            throw new IllegalArgumentException(
                "%s: expected one of %s".formatted(name, String.join(", ", NAMES)));
      };
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s: expected a number, found '%s'".formatted(name, value), e);
    }
  }

  private Settings changed(
      double newTemperature, int newTopK, double newTopP, long newSeed, int newMaxTokens) {
    return new Settings(newTemperature, newTopK, newTopP, newSeed, newMaxTokens, thinks);
  }

  /// With thinking on or off, or left to the template.
  public Settings withThinking(@Nullable Boolean newThinks) {
    return new Settings(temperature, topK, topP, seed, maxTokens, newThinks);
  }

  /// @param attempt how often the same question was answered already: another answer is wanted
  Sampler sampler(int attempt) {
    return new Sampler(temperature, topK, topP, seed + attempt);
  }

  /// `temperature 0.6 top-p 0.95 …`.
  String words() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("temperature", temperature);
    all.put("top-p", topP);
    all.put("top-k", topK == 0 ? "all" : topK);
    all.put("seed", seed);
    all.put("max-tokens", maxTokens == 0 ? "as there is room" : maxTokens);
    return all.entrySet().stream()
        .map(one -> one.getKey() + " " + one.getValue())
        .collect(Collectors.joining(", "));
  }
}
